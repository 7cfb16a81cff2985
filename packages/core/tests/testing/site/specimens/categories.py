"""Transforms of categories that are not up to categories they have not seen, and their users."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from headrace.contracts.params import TransformStep
from headrace.data.kinds import Kind
from headrace.models import Column, Transform
from headrace.statistics import Categories
from specimens.marginal import MarginalPipeline


@dataclass(frozen=True)
class Shares:
    """Put a category's share of the training rows in its place."""

    shares: dict
    unknown: str

    def apply(self, column):
        values = [self._value(category) for category in column.values.to_pylist()]
        return (Column(column.name, pa.array(values, pa.float64())),)

    def _value(self, category):
        if category in self.shares:
            return self.shares[category]
        match self.unknown:
            case "raises":
                raise KeyError(category)
            case "nan":
                return np.nan
            case _:
                return float(len(category))

    def state(self):
        return {"categories": list(self.shares), "shares": list(self.shares.values())}


class ShareTransform(Transform):
    accepts = frozenset({Kind.CATEGORY})
    handles_missing = True
    unknown = "raises"

    def statistic(self):
        return Categories(100)

    def fit(self, learnt):
        total = sum(learnt.values()) / len(learnt)
        return Shares({name: count / total for name, count in learnt.items()}, self.unknown)

    def restore(self, state):
        return Shares(dict(zip(state["categories"], state["shares"], strict=True)), self.unknown)


class NanShareTransform(ShareTransform):
    unknown = "nan"


class LengthShareTransform(ShareTransform):
    unknown = "length"


class UnknownRaisesPipeline(MarginalPipeline):
    """Fails on a category it has not seen; and, of no rows, on the shares of no categories."""

    transform = "share"

    def default_transforms(self, kind):
        return (TransformStep(name=self.transform),) if kind is Kind.CATEGORY else ()


class UnknownNanPipeline(UnknownRaisesPipeline):
    transform = "nan_share"


class UnknownsDifferPipeline(UnknownRaisesPipeline):
    transform = "length_share"


class MissingClaimedPipeline(MarginalPipeline):
    """Says that it takes missing numbers, and predicts NaN of them."""

    handles_missing = True
