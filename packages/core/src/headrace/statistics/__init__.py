"""Mergeable statistics: whatever one pass over the data can learn."""

from headrace.statistics.categories import COUNTED, Categories, greatest_counts
from headrace.statistics.exact import ExactGram, ExactMatrix, GramState
from headrace.statistics.extremes import Extremes, ExtremesResult
from headrace.statistics.folded import Folded, FoldedItem
from headrace.statistics.grouped import GroupedState, GroupedSums, Groups
from headrace.statistics.moments import Moments, MomentsResult
from headrace.statistics.most_frequent import MostFrequent
from headrace.statistics.quantiles import Quantiles, QuantilesResult
from headrace.statistics.sample import RowSample, Sample, SampleItem
from headrace.statistics.statistic import Statistic
from headrace.statistics.stored_gram import StoredGram, restore_gram, store_gram

__all__ = [
    "COUNTED",
    "Categories",
    "ExactGram",
    "ExactMatrix",
    "Extremes",
    "ExtremesResult",
    "Folded",
    "FoldedItem",
    "GramState",
    "GroupedState",
    "GroupedSums",
    "Groups",
    "Moments",
    "MomentsResult",
    "MostFrequent",
    "Quantiles",
    "QuantilesResult",
    "RowSample",
    "Sample",
    "SampleItem",
    "Statistic",
    "StoredGram",
    "greatest_counts",
    "restore_gram",
    "store_gram",
]
