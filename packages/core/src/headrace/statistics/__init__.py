"""Mergeable statistics: whatever one pass over the data can learn."""

from headrace.statistics.categories import Categories
from headrace.statistics.exact import ExactGram, ExactMatrix, GramState
from headrace.statistics.folded import Folded, FoldedItem
from headrace.statistics.moments import Moments, MomentsResult
from headrace.statistics.statistic import Statistic

__all__ = [
    "Categories",
    "ExactGram",
    "ExactMatrix",
    "Folded",
    "FoldedItem",
    "GramState",
    "Moments",
    "MomentsResult",
    "Statistic",
]
