"""The fit as a statistic: workers add up, one of them finishes."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from headrace import DataError, FitResult, Statistic, TrainingBatch
from headrace.statistics import ExactGram, GramState
from headrace.statistics.exact import GramItem
from headrace_bayes.model import BayesModel, Term

if TYPE_CHECKING:
    from fractions import Fraction

    from headrace.statistics import ExactMatrix

__all__ = ["BayesFit", "Sums"]


@dataclass(frozen=True, slots=True)
class Sums:
    """Exact sums of products of the constant and the features, for each class.

    Parameters
    ----------
    names : tuple of str
        Of the features; empty before any rows.
    classes : tuple of two GramState
        Of the rows whose target is 0, and 1.
    """

    names: tuple[str, ...]
    classes: tuple[GramState, GramState]


class BayesFit(Statistic[Sums, TrainingBatch, FitResult[BayesModel]]):
    """Means and variances by class (Hastie, Tibshirani & Friedman, section 6.6.3).

    The sums are exact, so that no order or cut of the rows plays a part.

    Parameters
    ----------
    smoothing : float
        Positive; see `BayesParams`.
    """

    def __init__(self, smoothing: float) -> None:
        self._smoothing = smoothing

    def zero(self) -> Sums:
        """Return empty sums."""
        return Sums((), (GramState(), GramState()))

    def add(self, state: Sums, item: TrainingBatch) -> Sums:
        """Add rows."""
        zeros, ones = (
            _add(sums, item.rows(item.target == label)) for label, sums in enumerate(state.classes)
        )
        return Sums(item.features.names, (zeros, ones))

    def merge(self, left: Sums, right: Sums) -> Sums:
        """Add the sums of two states."""
        names = left.names or right.names
        gram = ExactGram(len(names) + 1)
        zeros, ones = map(gram.merge, left.classes, right.classes)
        return Sums(names, (zeros, ones))

    def finish(self, state: Sums) -> FitResult[BayesModel]:
        """Return the fitted model.

        Raises
        ------
        DataError
            A class has no rows, or only rows of weight 0; or all features are constant.
        """
        gram = ExactGram(len(state.names) + 1)
        zeros, ones = map(gram.finish, state.classes)
        weights = zeros.value(0, 0), ones.value(0, 0)
        if not all(weights):
            raise DataError("The target is the same in all training rows; wanted 0 and 1")
        features = range(1, len(state.names) + 1)
        whole = gram.finish(gram.merge(*state.classes))
        floor = self._smoothing * max(float(_variance(whole, i)) for i in features)
        if not floor:
            raise DataError("All features are constant", fix="train on features that vary")
        terms = [
            Term(
                name=state.names[i - 1],
                means=(_mean(zeros, i), _mean(ones, i)),
                variances=(float(_variance(zeros, i)) + floor, float(_variance(ones, i)) + floor),
            )
            for i in features
        ]
        log_odds = math.log(weights[1] / weights[0])
        return FitResult(BayesModel(log_odds=log_odds, terms=tuple(terms)))


def _add(sums: GramState, rows: TrainingBatch) -> GramState:
    columns = [column.values for column in rows.features.columns]
    item = GramItem([np.ones(len(rows.target)), *columns], rows.weight)
    return ExactGram(len(item.columns)).add(sums, item)


def _mean(sums: ExactMatrix, column: int) -> float:
    return float(sums.value(0, column) / sums.value(0, 0))


def _variance(sums: ExactMatrix, column: int) -> Fraction:
    mean = sums.value(0, column) / sums.value(0, 0)
    return sums.value(column, column) / sums.value(0, 0) - mean * mean
