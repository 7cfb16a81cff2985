"""From a batch to features: a list of transforms for each, fitted in as few passes as it takes."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from headrace.data.features import Feature, Features
from headrace.data.labels import LabelledColumn
from headrace.data.numbers import numbers
from headrace.errors import DataError
from headrace.models.labelled import labels_of
from headrace.models.outcome import outcome_of
from headrace.models.transform import Column, FittedCombination, FoldAware
from headrace.statistics.statistic import Statistic

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from headrace.contracts.params import SupervisedParams
    from headrace.data.domain import Domain
    from headrace.data.kinds import Kind
    from headrace.models.transform import FittedTransform, Transform

__all__ = ["Chain", "ChainStatistics", "Preparation", "features_of"]


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

    @property
    def domain(self) -> Domain | None:
        """Where the column's values must lie, lest they come out missing."""
        return outcome_of(self.transforms).domain

    @property
    def is_dropped(self) -> bool:
        """Whether nothing of the column gets to the model, so that it may hold anything."""
        return any(transform.drops for transform in self.transforms)

    @property
    def reads_target(self) -> bool:
        """Whether what comes out tells of targets, so that it differs from fold to fold."""
        return any(transform.reads_target for transform in self.transforms)

    def without(self, folds: frozenset[int]) -> Chain:
        """Return the chain as if it had not seen the targets of some folds."""
        fitted = (
            each.without(folds) if isinstance(each, FoldAware) else each for each in self.fitted
        )
        return replace(self, fitted=tuple(fitted))

    def apply(self, values: pa.Array) -> tuple[Column, ...]:
        """Put a column through the transforms that are fitted."""
        columns: tuple[Column, ...] = (Column(self.feature, values),)
        for transform in self.fitted:
            columns = tuple(out for column in columns for out in transform.apply(column))
        return columns

    @property
    def partners(self) -> tuple[str, ...]:
        """Features with whose columns its own are combined."""
        return tuple(name for transform in self.transforms for name in transform.partners)

    def combined(self, finished: Mapping[str, tuple[Column, ...]]) -> tuple[Column, ...]:
        """Return the chain's columns for the model, from those that `apply` gives for each."""
        columns = finished[self.feature]
        last = self.fitted[-1] if self.fitted else None
        return last.combine(columns, finished) if isinstance(last, FittedCombination) else columns

    def settled(self) -> Chain:
        """Return the chain with transforms fitted as far as nothing has to be learnt."""
        fitted = list(self.fitted)
        for transform in self.transforms[len(fitted) :]:
            if transform.statistic() is not None:
                break
            fitted.append(transform.fit(None))
        return replace(self, fitted=tuple(fitted))

    @property
    def next_to_learn(self) -> Transform | None:
        """The next transform that is not fitted, or None if all are."""
        if len(self.fitted) == len(self.transforms):
            return None
        return self.transforms[len(self.fitted)]

    @property
    def next_statistic(self) -> Statistic[Any, Any, Any] | None:
        """What the next transform has to learn, or None if all are fitted."""
        transform = self.next_to_learn
        return None if transform is None else transform.statistic()

    def learn(self, learnt: object) -> Chain:
        """Return the chain with its next transform fitted, and what follows without learning."""
        try:
            fitted = self.transforms[len(self.fitted)].fit(learnt)
        except DataError as error:
            raise DataError(error.what, where=f"feature '{self.feature}'", fix=error.fix) from error
        return replace(self, fitted=(*self.fitted, fitted)).settled()


class ChainStatistics(Statistic[dict[str, Any], pa.RecordBatch, dict[str, Any]]):
    """What one pass learns for every chain that still has to learn.

    Parameters
    ----------
    chains : sequence of Chain
    params : SupervisedParams, optional
        Tell target, weight and folds, for transforms that learn the target.
    """

    def __init__(self, chains: Sequence[Chain], params: SupervisedParams | None = None) -> None:
        self._params = params
        self._chains = {chain.feature: chain for chain in chains}
        self._labelled = {
            chain.feature
            for chain in chains
            if chain.next_to_learn is not None and chain.next_to_learn.reads_target
        }
        self._statistics: dict[str, Statistic[Any, Any, Any]] = {
            chain.feature: statistic
            for chain in chains
            if (statistic := chain.next_statistic) is not None
        }

    def zero(self) -> dict[str, Any]:
        """Return the zero of every statistic."""
        return {name: statistic.zero() for name, statistic in self._statistics.items()}

    def add(self, state: dict[str, Any], item: pa.RecordBatch) -> dict[str, Any]:
        """Add a batch to every statistic, by what its chain makes of its column so far."""
        labels = labels_of(item, self._known_params) if self._labelled else None
        for name, statistic in self._statistics.items():
            (column,) = self._chains[name].apply(item.column(name))
            if labels is not None and name in self._labelled:
                state[name] = statistic.add(state[name], LabelledColumn(column.values, labels))
            else:
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

    @property
    def _known_params(self) -> SupervisedParams:
        if self._params is None:
            raise ValueError("a transform learns the target, and no params tell which it is")
        return self._params


@dataclass(frozen=True, slots=True)
class Preparation:
    """The chains of all features, in the order of the params."""

    chains: tuple[Chain, ...]

    def __post_init__(self) -> None:
        features = {chain.feature for chain in self.chains}
        for chain in self.chains:
            if not features.issuperset(chain.partners):
                raise ValueError(f"feature '{chain.feature}' is combined with what is no feature")

    @classmethod
    def unfitted(cls, chains: Sequence[Chain]) -> Preparation:
        """Return the preparation before any pass."""
        return cls(tuple(chain.settled() for chain in chains))

    @property
    def is_fitted(self) -> bool:
        """Whether nothing is left to learn."""
        return all(chain.next_statistic is None for chain in self.chains)

    @property
    def reads_target(self) -> bool:
        """Whether features tell of targets: training rows are then seen by `TrainingViews`."""
        return any(chain.reads_target for chain in self.chains)

    def without(self, folds: frozenset[int]) -> Preparation:
        """Return the preparation as if it had not seen the targets of some folds."""
        return Preparation(tuple(chain.without(folds) for chain in self.chains))

    def statistic(self, params: SupervisedParams | None = None) -> ChainStatistics:
        """Return what the next pass has to learn; params where `reads_target`."""
        return ChainStatistics(self.chains, params)

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
        """Return what the model sees of a batch, of rows that are not training rows."""
        finished = {
            chain.feature: chain.apply(batch.column(chain.feature)) for chain in self.chains
        }
        features = [feature for chain in self.chains for feature in features_of(chain, finished)]
        return Features(tuple(features), batch.num_rows)


def features_of(chain: Chain, finished: Mapping[str, tuple[Column, ...]]) -> tuple[Feature, ...]:
    """Return a chain's part of the features.

    Parameters
    ----------
    chain : Chain
    finished : mapping of str to tuple of Column
        What `Chain.apply` gives for each feature.
    """
    return tuple(
        Feature(column.name, numbers(column.values), column.n_categories, column.corrections)
        for column in chain.combined(finished)
    )
