"""The linear model: a weighted sum of features."""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING, Final, Self

import numpy as np
import pyarrow as pa

from headrace.errors import ModelError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from headrace.data.features import Features

__all__ = ["LinearModel"]

_FILE: Final = "linear.json"
_FORMAT: Final = "headrace-linreg/linear/v1"
_DAMAGE: Final = (KeyError, ValueError, TypeError, AttributeError, OverflowError, RecursionError)


class LinearModel:
    """Intercept plus the sum of coefficient times feature.

    Parameters
    ----------
    names : sequence of str
        Of the features, in their order.
    coefficients : sequence of float
        As many, finite.
    intercept : float
    """

    def __init__(
        self, names: Sequence[str], coefficients: Sequence[float], intercept: float
    ) -> None:
        self.names = tuple(names)
        self.coefficients = tuple(coefficients)
        self.intercept = intercept

    def predict(self, features: Features) -> pa.Array:
        """Return float64 predictions, shape (n,).

        Adds column by column in a fixed order: a matrix product would add in an order that
        depends on the batch, and give a row other bits in another batch.
        """
        prediction = np.full(features.n_rows, self.intercept)
        term = np.empty(features.n_rows)
        for column, coefficient in zip(features.columns, self.coefficients, strict=True):
            np.multiply(column.values, coefficient, out=term, dtype=np.float64)
            prediction += term
        return pa.array(prediction)

    def state(self) -> dict[str, bytes]:
        """Return the state as JSON; its decimal numbers restore the same bits."""
        state = {
            "format": _FORMAT,
            "intercept": self.intercept,
            "coefficients": dict(zip(self.names, self.coefficients, strict=True)),
        }
        return {_FILE: json.dumps(state, indent=2, allow_nan=False).encode() + b"\n"}

    @classmethod
    def from_state(cls, state: Mapping[str, bytes]) -> Self:
        """Return the model of a state.

        Raises
        ------
        ModelError
            The state is damaged.
        """
        try:
            stored = json.loads(state[_FILE])
            if stored["format"] != _FORMAT:
                raise ValueError(f"format is {stored['format']!r}; wanted {_FORMAT!r}")
            names = tuple(str(name) for name in stored["coefficients"])
            coefficients = tuple(float(value) for value in stored["coefficients"].values())
            intercept = float(stored["intercept"])
            if not all(map(math.isfinite, (*coefficients, intercept))):
                raise ValueError("a coefficient is not finite")
        except _DAMAGE as error:
            raise ModelError(f"The linear model's {_FILE} is damaged: {error}") from error
        return cls(names, coefficients, intercept)
