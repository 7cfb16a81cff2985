"""The fit as a statistic: sums of products, then the normal equations."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from headrace.data.features import TrainingBatch
from headrace.errors import DataError
from headrace.models import FitResult
from headrace.statistics import ExactGram, GramState, Statistic
from headrace.statistics.exact import GramItem
from headrace_linreg.model import LinearModel
from headrace_linreg.solve import LEAST_PIVOT, Dependence, solve

if TYPE_CHECKING:
    from headrace.statistics import ExactMatrix

__all__ = ["LeastSquares", "Sums"]


@dataclass(frozen=True, slots=True)
class Sums:
    """Sums of products of the constant, the features and the target, in this order.

    Parameters
    ----------
    names : tuple of str
        Of the features; None before any rows.
    gram : GramState
    """

    names: tuple[str, ...] | None
    gram: GramState


class LeastSquares(Statistic[Sums, TrainingBatch, FitResult[LinearModel]]):
    """Weighted least squares; exact sums, so that no order or cut of the rows plays a part.

    Parameters
    ----------
    intercept : bool
    """

    def __init__(self, *, intercept: bool) -> None:
        self._intercept = intercept

    def zero(self) -> Sums:
        """Return empty sums."""
        return Sums(None, GramState())

    def add(self, state: Sums, item: TrainingBatch) -> Sums:
        """Add rows."""
        names = item.features.names
        columns = [
            np.ones(item.features.n_rows),
            *(column.values for column in item.features.columns),
            item.target,
        ]
        gram = ExactGram(len(columns)).add(state.gram, GramItem(columns, item.weight))
        return Sums(names, gram)

    def merge(self, left: Sums, right: Sums) -> Sums:
        """Add the sums of two states."""
        names = left.names if left.names is not None else right.names
        return Sums(names, ExactGram(len(names or ()) + 2).merge(left.gram, right.gram))

    def finish(self, state: Sums) -> FitResult[LinearModel]:
        """Return the fitted model.

        A feature that is constant gets the coefficient 0 and a warning.

        Raises
        ------
        DataError
            There are fewer rows than coefficients, or a feature depends linearly on others.
        """
        if state.names is None:
            raise DataError("There are no training rows")
        names = ("the intercept", *state.names)
        target = len(names)
        gram = ExactGram(target + 1).finish(state.gram)
        if not gram.value(0, 0):
            raise DataError("All weights of the training rows are 0")
        constant = {column for column in range(1, target) if self._adds_nothing(gram, column)}
        used = [
            column
            for column in range(target)
            if column not in constant and (column > 0 or self._intercept)
        ]
        if gram.n_rows < len(used):
            raise DataError(
                f"There are {gram.n_rows} training rows for {len(used)} coefficients",
                fix="train on more rows, or on fewer features",
            )
        try:
            solution = solve(gram, used, target)
        except Dependence as dependence:
            others = ", ".join(names[other] for other in dependence.others)
            raise DataError(
                f"Feature '{names[dependence.column]}' is a linear combination of: {others}",
                where=f"features: {', '.join(state.names)}",
                fix="leave one of them out of the features",
            ) from dependence
        coefficients = dict.fromkeys(range(target), 0.0) | dict(zip(used, solution, strict=True))
        return FitResult(
            LinearModel(
                state.names,
                [coefficients[column] for column in range(1, target)],
                coefficients[0],
            ),
            _warnings(gram.n_rows, [names[column] for column in sorted(constant)]),
        )

    def _adds_nothing(self, gram: ExactMatrix, column: int) -> bool:
        """Whether a feature is constant beside an intercept, or zero without one."""
        squares = gram.value(column, column)
        if not squares or not self._intercept:
            return not squares
        total = gram.value(0, column)
        variation = squares - total * total / gram.value(0, 0)
        return variation < squares * LEAST_PIVOT


def _warnings(n_rows: int, constant: list[str]) -> tuple[str, ...]:
    warnings = []
    if n_rows == 1:
        warnings.append("fitted on a single row")
    if constant:
        warnings.append(f"constant features have the coefficient 0: {', '.join(constant)}")
    return tuple(warnings)
