"""The linear model: a weighted sum of features."""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING, Final, Self

import numpy as np
import pyarrow as pa

from headrace.contracts.json_text import parse_json
from headrace.errors import ModelError, RequestError
from headrace_linreg.inference import Inference

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import numpy.typing as npt

    from headrace.contracts.summary import Summary
    from headrace.data.features import Features

__all__ = ["LinearModel"]

_FILE: Final = "linear.json"
_INFERENCE_FILE: Final = "inference.json"
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
    inference : Inference, optional
        What the fit says beside them; fold models, and models of other makers, have none.
    """

    def __init__(
        self,
        names: Sequence[str],
        coefficients: Sequence[float],
        intercept: float,
        inference: Inference | None = None,
    ) -> None:
        self.names = tuple(names)
        self.coefficients = tuple(coefficients)
        self.intercept = intercept
        self.inference = inference

    def predict(self, features: Features) -> pa.Array:
        """Return float64 predictions, shape (n,).

        Adds column by column in a fixed order: a matrix product would add in an order that
        depends on the batch, and give a row other bits in another batch.
        """
        return pa.array(self._values(features))

    def predict_interval(self, features: Features, level: float) -> tuple[pa.Array, pa.Array]:
        """Return the float64 ends of prediction intervals, each of shape (n,).

        They hold for a new row of weight 1, if errors are independent and normal; the variance of
        the error of a row of weight w is taken to be that of one of weight 1, by w.

        Raises
        ------
        RequestError
            The model has none.
        """
        if self.inference is None:
            raise RequestError(
                "The model has no prediction intervals: it says nothing of its precision",
                fix="score without --interval, or train it again",
            )
        columns = [column.values for column in features.columns]
        width = self.inference.half_width(columns, features.n_rows, level)
        values = self._values(features)
        return pa.array(values - width), pa.array(values + width)

    def summary(self) -> Summary:
        """Return the coefficients with their precision, and how well they fit."""
        from headrace_linreg.summary import summary_of  # noqa: PLC0415 - once, after training

        return summary_of(self)

    def _values(self, features: Features) -> npt.NDArray[np.float64]:
        prediction = np.full(features.n_rows, self.intercept)
        term = np.empty(features.n_rows)
        for column, coefficient in zip(features.columns, self.coefficients, strict=True):
            np.multiply(column.values, coefficient, out=term, dtype=np.float64)
            prediction += term
        return prediction

    def state(self) -> dict[str, bytes]:
        """Return the state as JSON; its decimal numbers restore the same bits.

        Predicting takes ``linear.json`` alone; ``inference.json`` is there if the model has any.
        """
        state = {
            "format": _FORMAT,
            "intercept": self.intercept,
            "coefficients": dict(zip(self.names, self.coefficients, strict=True)),
        }
        files = {_FILE: json.dumps(state, indent=2, allow_nan=False).encode() + b"\n"}
        if self.inference is not None:
            files[_INFERENCE_FILE] = self.inference.to_json()
        return files

    @classmethod
    def from_state(cls, state: Mapping[str, bytes]) -> Self:
        """Return the model of a state.

        Raises
        ------
        ModelError
            The state is damaged.
        """
        try:
            stored = parse_json(state[_FILE])
            if stored["format"] != _FORMAT:
                raise ValueError(f"format is {stored['format']!r}; wanted {_FORMAT!r}")
            names = tuple(str(name) for name in stored["coefficients"])
            coefficients = tuple(float(value) for value in stored["coefficients"].values())
            intercept = float(stored["intercept"])
            if not all(map(math.isfinite, (*coefficients, intercept))):
                raise ValueError("a coefficient is not finite")
        except _DAMAGE as error:
            raise ModelError(f"The linear model's {_FILE} is damaged: {error}") from error
        return cls(names, coefficients, intercept, _inference_of(state, len(names)))


def _inference_of(state: Mapping[str, bytes], n_features: int) -> Inference | None:
    if _INFERENCE_FILE not in state:
        return None
    try:
        inference = Inference.from_json(state[_INFERENCE_FILE])
        if inference.precision is not None and any(
            term > n_features for term in inference.precision.terms
        ):
            raise ValueError(f"a term is beyond the {n_features} features")
    except _DAMAGE as error:
        raise ModelError(f"The linear model's {_INFERENCE_FILE} is damaged: {error}") from error
    return inference
