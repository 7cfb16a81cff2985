"""From a batch to features: a list of transforms for each, fitted in as few passes as it takes."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from headrace.data.features import Feature, Features
from headrace.data.numbers import numbers
from headrace.errors import DataError
from headrace.models.transform import Column
from headrace.statistics.statistic import Statistic

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from headrace.data.kinds import Kind
    from headrace.models.transform import FittedTransform, Transform

__all__ = ["Chain", "ChainStatistics", "Preparation"]


@dataclass(frozen=True, slots=True)
class Chain:
    """One feature's transforms, the first of them fitted.

    Parameters
    ----------
    feature : str
    kind : Kind
        Of the feature's column.
    names : tuple of str
        Names of the transforms.
    transforms : tuple of Transform
        As asked for.
    fitted : tuple of FittedTransform
        The first ones, as far as they are fitted.
    """

    feature: str
    kind: Kind
    names: tuple[str, ...]
    transforms: tuple[Transform, ...]
    fitted: tuple[FittedTransform, ...] = ()

    @property
    def handles_missing(self) -> bool:
        """Whether null and NaN in the column come out as numbers."""
        return any(transform.handles_missing for transform in self.transforms)

    def apply(self, values: pa.Array) -> tuple[Column, ...]:
        """Put a column through the transforms that are fitted."""
        columns: tuple[Column, ...] = (Column(self.feature, values),)
        for transform in self.fitted:
            columns = tuple(out for column in columns for out in transform.apply(column))
        return columns

    def settled(self) -> Chain:
        """Return the chain with transforms fitted as far as nothing has to be learnt."""
        fitted = list(self.fitted)
        for transform in self.transforms[len(fitted) :]:
            if transform.statistic() is not None:
                break
            fitted.append(transform.fit(None))
        return replace(self, fitted=tuple(fitted))

    @property
    def next_statistic(self) -> Statistic[Any, pa.Array, Any] | None:
        """What the next transform has to learn, or None if all are fitted."""
        if len(self.fitted) == len(self.transforms):
            return None
        return self.transforms[len(self.fitted)].statistic()

    def learn(self, learnt: object) -> Chain:
        """Return the chain with its next transform fitted, and what follows without learning."""
        try:
            fitted = self.transforms[len(self.fitted)].fit(learnt)
        except DataError as error:
            raise DataError(error.what, where=f"feature '{self.feature}'", fix=error.fix) from error
        return replace(self, fitted=(*self.fitted, fitted)).settled()


class ChainStatistics(Statistic[dict[str, Any], pa.RecordBatch, dict[str, Any]]):
    """What one pass learns for every chain that still has to learn."""

    def __init__(self, chains: Sequence[Chain]) -> None:
        self._chains = {chain.feature: chain for chain in chains}
        self._statistics: dict[str, Statistic[Any, pa.Array, Any]] = {
            chain.feature: statistic
            for chain in chains
            if (statistic := chain.next_statistic) is not None
        }

    def zero(self) -> dict[str, Any]:
        """Return the zero of every statistic."""
        return {name: statistic.zero() for name, statistic in self._statistics.items()}

    def add(self, state: dict[str, Any], item: pa.RecordBatch) -> dict[str, Any]:
        """Add a batch to every statistic, by what its chain makes of its column so far."""
        for name, statistic in self._statistics.items():
            (column,) = self._chains[name].apply(item.column(name))
            state[name] = statistic.add(state[name], column.values)
        return state

    def merge(self, left: dict[str, Any], right: dict[str, Any]) -> dict[str, Any]:
        """Merge each statistic."""
        return {
            name: statistic.merge(left[name], right[name])
            for name, statistic in self._statistics.items()
        }

    def finish(self, state: dict[str, Any]) -> dict[str, Any]:
        """Return each statistic's result, by feature."""
        results = {}
        for name, statistic in self._statistics.items():
            try:
                results[name] = statistic.finish(state[name])
            except DataError as error:
                raise DataError(error.what, where=f"feature '{name}'", fix=error.fix) from error
        return results


@dataclass(frozen=True, slots=True)
class Preparation:
    """The chains of all features, in the order of the params."""

    chains: tuple[Chain, ...]

    @classmethod
    def unfitted(cls, chains: Sequence[Chain]) -> Preparation:
        """Return the preparation before any pass."""
        return cls(tuple(chain.settled() for chain in chains))

    @property
    def is_fitted(self) -> bool:
        """Whether nothing is left to learn."""
        return all(chain.next_statistic is None for chain in self.chains)

    def statistic(self) -> ChainStatistics:
        """Return what the next pass has to learn."""
        return ChainStatistics(self.chains)

    def learn(self, learnt: Mapping[str, object]) -> Preparation:
        """Return the preparation after a pass.

        Raises
        ------
        DataError
            A column does not allow its transform.
        """
        return Preparation(
            tuple(
                chain.learn(learnt[chain.feature]) if chain.feature in learnt else chain
                for chain in self.chains
            )
        )

    def check_names(self, schema: pa.Schema) -> None:
        """Refuse transforms that give two columns one name.

        Raises
        ------
        DataError
            It names the column.
        """
        names = self.features(pa.RecordBatch.from_pylist([], schema=schema)).names
        for name in names:
            if names.count(name) > 1:
                raise DataError(
                    f"Two columns of the model would be named '{name}'",
                    where="features and what their transforms make of them",
                    fix="rename the feature in the data, or leave one out",
                )

    def features(self, batch: pa.RecordBatch) -> Features:
        """Return what the model sees of a batch."""
        columns = [
            column for chain in self.chains for column in chain.apply(batch.column(chain.feature))
        ]
        return Features(
            tuple(
                Feature(column.name, numbers(column.values), column.n_categories)
                for column in columns
            ),
            batch.num_rows,
        )
