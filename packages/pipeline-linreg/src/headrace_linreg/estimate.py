"""From exact sums to what a fit says of itself; each number rounded once."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from headrace_linreg.inference import Inference, Precision
from headrace_linreg.solve import root

if TYPE_CHECKING:
    from collections.abc import Sequence

    from headrace.statistics import ExactMatrix
    from headrace_linreg.inference import PathStep
    from headrace_linreg.solve import InverseRoot, NormalEquations

__all__ = ["inference_of", "measure"]


def _squared_error(gram: ExactMatrix, coefficients: Sequence[float]) -> Fraction:
    """Return the (weighted) sum of squared errors of a linear model, exact.

    Parameters
    ----------
    gram : ExactMatrix
        Sums of products of the constant, the features and the target.
    coefficients : sequence of float
        The intercept, and one of each feature.
    """
    ratios = [value.as_integer_ratio() for value in (*coefficients, -1.0)]
    common = max(bottom for _, bottom in ratios)  # all are powers of two
    factors = [top * (common // bottom) for top, bottom in ratios]
    used = [index for index, factor in enumerate(factors) if factor]
    total = sum(
        factors[i] * factors[j] * gram.integers[i][j] * (1 if i == j else 2)
        for place, i in enumerate(used)
        for j in used[place:]
    )
    return Fraction(total, common * common) * Fraction(2) ** gram.exponent


def _variation(gram: ExactMatrix, *, intercept: bool) -> Fraction:
    """Return the target's (weighted) sum of squares about its mean, or about 0."""
    target = len(gram.integers) - 1
    squares = gram.value(target, target)
    if not intercept:
        return squares
    return squares - gram.value(0, target) ** 2 / gram.value(0, 0)


def measure(gram: ExactMatrix, coefficients: Sequence[float]) -> dict[str, float]:
    """Return rmse and r2 of a linear model on the rows of a sum; empty if none has weight."""
    weight = gram.value(0, 0)
    if not weight:
        return {}
    error, about_mean = _squared_error(gram, coefficients), _variation(gram, intercept=True)
    metrics = {"rmse": root(error / weight)}
    if about_mean:
        metrics["r2"] = float(1 - error / about_mean)
    return metrics


def inference_of(
    gram: ExactMatrix,
    equations: NormalEquations,
    coefficients: Sequence[float],
    ridge: float,
    path: tuple[PathStep, ...],
    *,
    intercept: bool,
) -> Inference:
    """Return what a fit says beside its coefficients.

    Raises
    ------
    OverflowError
        A number is beyond float64.
    """
    inverse = equations.inverse_root()
    p = len(equations.columns)
    rest = gram.n_rows - p
    total = _variation(gram, intercept=intercept)
    error = _squared_error(gram, coefficients) if ridge else equations.residual_squares()
    f_degrees = p - intercept
    is_ordinary = not ridge and rest > 0
    adjusted = f = None
    if is_ordinary and total:
        adjusted = float(1 - error / total * (gram.n_rows - intercept) / rest)
        if error and f_degrees:
            f = float((total - error) / f_degrees / (error / rest))
    return Inference(
        n_rows=gram.n_rows,
        n_coefficients=p,
        ridge=ridge,
        effective_coefficients=_effective(equations, inverse, ridge),
        r2=float(1 - error / total) if total else None,
        adjusted_r2=adjusted,
        f=f,
        f_degrees=f_degrees,
        condition=inverse.condition(),
        precision=_precision(equations, inverse, error / rest) if is_ordinary else None,
        path=path,
    )


def _effective(equations: NormalEquations, inverse: InverseRoot, ridge: float) -> float:
    """Return the trace of X (X'WX + R)^-1 X'W, which is p - ridge * trace of C's penalised part."""
    penalised = zip(equations.columns, inverse.diagonal(), strict=True)
    taken = Fraction(ridge) * sum(variance for column, variance in penalised if column)
    return float(len(equations.columns) - taken)


def _precision(equations: NormalEquations, inverse: InverseRoot, variance: Fraction) -> Precision:
    return Precision(
        terms=equations.columns,
        residual_error=root(variance),
        standard_errors=tuple(root(variance * entry) for entry in inverse.diagonal()),
        inverse_root=tuple(map(tuple, inverse.rows())),
    )
