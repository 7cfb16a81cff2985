"""The fit as a statistic: sums of products, then the normal equations."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Literal, Self

import numpy as np

from headrace.errors import DataError
from headrace.models import FitResult, UpdatableFit
from headrace.models.folded_fit import mean_and_spread
from headrace.statistics import ExactGram, GramState
from headrace.statistics.exact import GramItem
from headrace_linreg.estimate import inference_of, measure
from headrace_linreg.inference import PathStep
from headrace_linreg.model import LinearModel
from headrace_linreg.solve import LEAST_PIVOT, Dependence, NormalEquations
from headrace_linreg.sums import Sums, add_sums, dump_sums, load_sums, subtract_sums

if TYPE_CHECKING:
    from collections.abc import Mapping

    from headrace.data.features import TrainingBatch
    from headrace.statistics import ExactMatrix
    from headrace_linreg.inference import Inference

__all__ = ["LeastSquares", "Sums"]


class LeastSquares(UpdatableFit[Sums, LinearModel]):
    """(Weighted) least squares; exact sums, so that no order or cut of the rows plays a part.

    Minimises the sum of w (y - b0 - x'b)**2 plus ``ridge`` times the sum of b**2.

    Parameters
    ----------
    intercept : bool
        Whether there is a b0; it is not penalised.
    ridge : float or tuple of float
        The penalty, in the units of the features as the model sees them; of several, the one
        whose fold models do best on the rows they have not seen.
    collinear : {"error", "drop"}
        What becomes of a feature that depends linearly on those before it.
    path : tuple of PathStep
        What ``ridge`` was chosen from.
    """

    def __init__(
        self,
        *,
        intercept: bool,
        ridge: float | tuple[float, ...] = 0.0,
        collinear: Literal["error", "drop"] = "error",
        path: tuple[PathStep, ...] = (),
    ) -> None:
        self._intercept = intercept
        self._ridge = ridge
        self._collinear: Literal["error", "drop"] = collinear
        self._path = path

    def zero(self) -> Sums:
        """Return empty sums."""
        return Sums(None, GramState())

    def add(self, state: Sums, item: TrainingBatch) -> Sums:
        """Add rows; those of weight 0 are not there, as for R's lm."""
        if item.weight is not None and not item.weight.all():
            item = item.rows(item.weight > 0)
        names = item.features.names
        columns = [
            np.ones(item.features.n_rows),
            *(column.exact for column in item.features.columns),
            item.target,
        ]
        gram = ExactGram(len(columns)).add(state.gram, GramItem(columns, item.weight))
        return Sums(names, gram)

    def merge(self, left: Sums, right: Sums) -> Sums:
        """Add the sums of two states."""
        return add_sums(left, right)

    def subtract(self, left: Sums, right: Sums) -> Sums:
        """Take the sums of a state out of another's."""
        return subtract_sums(left, right)

    def dump(self, states: Mapping[int, Sums]) -> dict[str, bytes]:
        """Return the sums of all folds as a file."""
        return dump_sums(states)

    def load(self, files: Mapping[str, bytes]) -> dict[int, Sums]:
        """Return the sums of a file."""
        return load_sums(files)

    def settled(self, folds: Mapping[int, Sums], rests: Mapping[int, Sums]) -> Self:
        """Return the fit with the penalty chosen by cross-validation, if there are several.

        Raises
        ------
        DataError
            The folds do not allow a choice.
        """
        if not isinstance(self._ridge, tuple):
            return self
        with_rows = {fold: rest for fold, rest in rests.items() if fold in folds}
        path = tuple(
            self._with(ridge).step(ridge, folds, with_rows) for ridge in sorted(set(self._ridge))
        )
        best = min(path, key=lambda step: (step.rmse, -step.ridge))
        return self._with(best.ridge, path)

    def step(self, ridge: float, folds: Mapping[int, Sums], rests: Mapping[int, Sums]) -> PathStep:
        """Return how the fold models of one penalty do.

        Parameters
        ----------
        ridge : float
        folds : mapping of int to Sums
            Of the rows of each fold.
        rests : mapping of int to Sums
            Of all rows but the fold's.
        """
        measured = [
            metrics
            for fold, rest in rests.items()
            if (metrics := self.measure(self.finish_fold(rest), folds[fold]))
        ]
        found = mean_and_spread(measured)
        if not found:
            raise DataError(
                f"The ridge penalty is to be chosen by cross-validation, and only {len(measured)} "
                "of the folds have rows",
                fix="train on more rows, or give one number as ridge",
            )
        return PathStep(ridge, found["rmse"], found["rmse_std"])

    def finish(self, state: Sums) -> FitResult[LinearModel]:
        """Return the fitted model, with what the fit says of its precision.

        A feature that is constant gets the coefficient 0 and a warning.

        Raises
        ------
        DataError
            There are fewer rows than coefficients, or a feature depends linearly on others.
        """
        fit = self._fit(state)
        try:
            inference = inference_of(
                fit.gram,
                fit.equations,
                fit.coefficients,
                self._penalty,
                self._path,
                intercept=self._intercept,
            )
        except OverflowError as error:
            raise _too_large() from error
        return FitResult(fit.model(inference), tuple(self._warnings(fit)))

    def finish_fold(self, state: Sums) -> LinearModel:
        """Return a fold model: the coefficients, and nothing of their precision."""
        return self._fit(state).model(None)

    def measure(self, model: LinearModel, state: Sums) -> dict[str, float]:
        """Return rmse and r2 of a model on the rows of a state; empty where none has weight."""
        gram = ExactGram(len(model.names) + 2).finish(state.gram)
        return measure(gram, (model.intercept, *model.coefficients))

    @property
    def _penalty(self) -> float:
        if isinstance(self._ridge, tuple):
            raise ValueError("the ridge penalty is not chosen yet: call settled() first")  # noqa: TRY004 - of a state, not of a type
        return self._ridge

    def _with(self, ridge: float, path: tuple[PathStep, ...] = ()) -> Self:
        return type(self)(
            intercept=self._intercept, ridge=ridge, collinear=self._collinear, path=path
        )

    def _fit(self, state: Sums) -> _Fit:
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
        if gram.n_rows < len(used) and not self._penalty and self._collinear == "error":
            raise DataError(
                f"There are {gram.n_rows} training rows for {len(used)} coefficients",
                fix="train on more rows, or on fewer features",
            )
        try:
            equations = NormalEquations(
                gram,
                used,
                target,
                ridge=Fraction(self._penalty),
                drop=self._collinear == "drop",
            )
        except Dependence as dependence:
            others = ", ".join(names[other] for other in dependence.others)
            raise DataError(
                f"Feature '{names[dependence.column]}' is a linear combination of: {others}",
                where=f"features: {', '.join(state.names)}",
                fix="leave one of them out of the features, or set collinear=drop",
            ) from dependence
        try:
            found = dict(zip(equations.columns, equations.coefficients(), strict=True))
        except OverflowError as error:
            raise _too_large() from error
        coefficients = tuple(found.get(column, 0.0) for column in range(target))
        return _Fit(names, gram, equations, coefficients, tuple(sorted(constant)))

    def _adds_nothing(self, gram: ExactMatrix, column: int) -> bool:
        """Whether a feature is constant beside an intercept, or zero without one."""
        squares = gram.value(column, column)
        if not squares or not self._intercept:
            return not squares
        total = gram.value(0, column)
        variation = squares - total * total / gram.value(0, 0)
        return variation < squares * LEAST_PIVOT

    def _warnings(self, fit: _Fit) -> list[str]:
        warnings = []
        if fit.gram.n_rows == 1:
            warnings.append("fitted on a single row")
        if fit.constant:
            named = ", ".join(fit.names[column] for column in fit.constant)
            warnings.append(f"constant features have the coefficient 0: {named}")
        for dropped in fit.equations.dropped:
            others = ", ".join(fit.names[other] for other in dropped.others)
            warnings.append(
                f"feature '{fit.names[dropped.column]}' is dropped, for it is a linear combination "
                f"of: {others}"
            )
        ends = {self._path[0].ridge, self._path[-1].ridge} if self._path else set()
        if len(ends) > 1 and self._penalty in ends:
            warnings.append(f"the best ridge, {self._penalty:g}, is at an end of those given")
        return warnings


def _too_large() -> DataError:
    return DataError(
        "A coefficient or its standard error is beyond what float64 holds",
        fix="scale the features, or the target",
    )


@dataclass(frozen=True, slots=True)
class _Fit:
    """A fit, and all that it is made of.

    Parameters
    ----------
    names : tuple of str
        Of the intercept and the features.
    gram : ExactMatrix
    equations : NormalEquations
    coefficients : tuple of float
        As many as names; 0 where nothing was estimated.
    constant : tuple of int
        Features that say nothing.
    """

    names: tuple[str, ...]
    gram: ExactMatrix
    equations: NormalEquations
    coefficients: tuple[float, ...]
    constant: tuple[int, ...]

    def model(self, inference: Inference | None) -> LinearModel:
        return LinearModel(self.names[1:], self.coefficients[1:], self.coefficients[0], inference)
