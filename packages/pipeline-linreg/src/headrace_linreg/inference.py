"""What a fit says beside its coefficients: how well it fits, and how precise it is."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from headrace.errors import RequestError
from headrace_linreg.distributions import t_quantile

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import numpy.typing as npt

    from headrace.data.numbers import FloatArray

__all__ = ["Inference", "PathStep", "Precision"]

_FORMAT: Final = "headrace-linreg/inference/v1"


@dataclass(frozen=True, slots=True)
class PathStep:
    """One penalty of a ridge path, and how its fold models did on the rows they had not seen.

    Parameters
    ----------
    ridge : float
    rmse, rmse_std : float
        Mean and standard deviation over folds.
    """

    ridge: float
    rmse: float
    rmse_std: float


@dataclass(frozen=True, slots=True)
class Precision:
    """How precise the coefficients of an ordinary fit are.

    Parameters
    ----------
    terms : tuple of int
        Numbers of the p columns that were estimated: 0 is the intercept, 1 the first feature. The
        others, constant or left out as collinear, have the coefficient 0 and no error.
    residual_error : float
        Residual standard error: root of the weighted squared residuals by degrees of freedom.
    standard_errors : tuple of float
        p of them.
    inverse_root : tuple of tuple of float
        Lower triangular M, p rows of 1, 2, … p numbers: M'M is the inverse of X'WX.
    """

    terms: tuple[int, ...]
    residual_error: float
    standard_errors: tuple[float, ...]
    inverse_root: tuple[tuple[float, ...], ...]

    def __post_init__(self) -> None:
        p = len(self.terms)
        lengths = [len(row) for row in self.inverse_root]
        if len(self.standard_errors) != p or lengths != list(range(1, p + 1)):
            raise ValueError(f"there are other numbers than those of {p} terms")
        numbers = (self.residual_error, *self.standard_errors, *sum(self.inverse_root, ()))
        if not all(map(math.isfinite, numbers)):
            raise ValueError("a number is not finite")
        if sorted(set(self.terms)) != list(self.terms) or min(self.terms, default=0) < 0:
            raise ValueError("terms are not in order")

    def spread(self, columns: Sequence[FloatArray], n_rows: int) -> npt.NDArray[np.float64]:
        """Return x'(X'WX)^-1 x of n rows, shape (n,).

        Adds squares column by column in a fixed order, so that no row depends on its neighbours.
        """
        inputs = [None if term == 0 else columns[term - 1] for term in self.terms]
        total = np.zeros(n_rows)
        product = np.empty(n_rows)
        for row in self.inverse_root:
            part = np.zeros(n_rows)
            for values, factor in zip(inputs, row, strict=False):
                if values is None:
                    part += factor
                else:
                    np.multiply(values, factor, out=product, dtype=np.float64)
                    part += product
            np.multiply(part, part, out=part)
            total += part
        return total


@dataclass(frozen=True, slots=True)
class Inference:
    """What a fit says beside its coefficients.

    Parameters
    ----------
    n_rows : int
        Rows it was fitted on, those of weight 0 left out.
    n_coefficients : int
        Estimated ones, the intercept among them.
    ridge : float
        The penalty; 0 for an ordinary fit.
    effective_coefficients : float
        Trace of the matrix that makes fitted values of targets; `n_coefficients` without penalty.
    r2 : float, optional
        About the mean of the target, or about 0 without an intercept (as R's lm); none if there
        is no variation.
    adjusted_r2, f : float, optional
        Of an ordinary fit that leaves degrees of freedom. ``f`` tests all coefficients but the
        intercept, and has ``f_degrees`` and `degrees_of_freedom` degrees of freedom.
    f_degrees : int
    condition : float
        Of the columns (without penalty), scaled to length 1.
    precision : Precision, optional
        Of an ordinary fit that leaves degrees of freedom.
    path : tuple of PathStep
        What the penalty was chosen from, if it was.
    """

    n_rows: int
    n_coefficients: int
    ridge: float
    effective_coefficients: float
    r2: float | None
    adjusted_r2: float | None
    f: float | None
    f_degrees: int
    condition: float
    precision: Precision | None
    path: tuple[PathStep, ...] = ()

    def __post_init__(self) -> None:
        optional = (self.r2, self.adjusted_r2, self.f)
        numbers = [value for value in optional if value is not None]
        numbers += [self.ridge, self.effective_coefficients, self.condition]
        for step in self.path:
            numbers += [step.ridge, step.rmse, step.rmse_std]
        if not all(map(math.isfinite, numbers)):
            raise ValueError("a number is not finite")
        if self.precision is not None and self.degrees_of_freedom < 1:
            raise ValueError("a fit without degrees of freedom has no precision")

    @property
    def degrees_of_freedom(self) -> int:
        """Rows beyond coefficients."""
        return self.n_rows - self.n_coefficients

    def half_width(
        self, columns: Sequence[FloatArray], n_rows: int, level: float
    ) -> npt.NDArray[np.float64]:
        """Return how far a new row's target may lie from its prediction, shape (n,).

        t * s * sqrt(1 + x'(X'WX)^-1 x), for a new row of weight 1 (Seber & Lee, Linear Regression
        Analysis, 2003, section 5.3.1).

        Raises
        ------
        RequestError
            The fit has no intervals.
        """
        if self.ridge:
            raise RequestError(
                "The model has no prediction intervals: a ridge penalty biases its coefficients, "
                "and by how much, the data do not say",
                fix="score without --interval, or train with ridge=0",
            )
        if self.precision is None:
            raise RequestError(
                "The model has no prediction intervals: its fit left no degrees of freedom to "
                "estimate the error from",
                fix="score without --interval, or train on more rows",
            )
        scale = t_quantile(self.degrees_of_freedom, level) * self.precision.residual_error
        width = self.precision.spread(columns, n_rows)
        width += 1.0
        np.sqrt(width, out=width)
        width *= scale
        return width

    def to_json(self) -> bytes:
        """Return it as JSON; its decimal numbers restore the same bits."""
        values: dict[str, Any] = {"format": _FORMAT}
        values |= {name: getattr(self, name) for name in _FIELDS}
        if self.precision is not None:
            values["precision"] = {
                name: getattr(self.precision, name) for name in Precision.__slots__
            }
        values["path"] = [[step.ridge, step.rmse, step.rmse_std] for step in self.path]
        return json.dumps(values, allow_nan=False).encode() + b"\n"

    @classmethod
    def from_json(cls, data: bytes) -> Inference:
        """Return it from JSON.

        Raises
        ------
        KeyError, TypeError, ValueError, OverflowError, RecursionError
            The JSON is damaged.
        """
        stored = json.loads(data)
        if stored["format"] != _FORMAT:
            raise ValueError(f"format is {stored['format']!r}; wanted {_FORMAT!r}")
        precision = stored.get("precision")
        return cls(
            n_rows=int(stored["n_rows"]),
            n_coefficients=int(stored["n_coefficients"]),
            ridge=float(stored["ridge"]),
            effective_coefficients=float(stored["effective_coefficients"]),
            r2=_number(stored["r2"]),
            adjusted_r2=_number(stored["adjusted_r2"]),
            f=_number(stored["f"]),
            f_degrees=int(stored["f_degrees"]),
            condition=float(stored["condition"]),
            precision=None if precision is None else _precision(precision),
            path=tuple(PathStep(*map(float, step)) for step in stored["path"]),
        )


_FIELDS: Final = (
    *("n_rows", "n_coefficients", "ridge", "effective_coefficients", "r2", "adjusted_r2"),
    *("f", "f_degrees", "condition"),
)


def _precision(stored: Mapping[str, Any]) -> Precision:
    return Precision(
        terms=tuple(int(term) for term in stored["terms"]),
        residual_error=float(stored["residual_error"]),
        standard_errors=tuple(map(float, stored["standard_errors"])),
        inverse_root=tuple(tuple(map(float, row)) for row in stored["inverse_root"]),
    )


def _number(value: Any) -> float | None:  # noqa: ANN401 - of JSON
    return None if value is None else float(value)
