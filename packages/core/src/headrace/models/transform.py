"""What a transform is: learnt from one column, it turns that column into one or more."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Protocol, runtime_checkable

from headrace.contracts.params import Params
from headrace.data.kinds import Kind

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pyarrow as pa

    from headrace.data.domain import Domain
    from headrace.data.expansions import Expansion
    from headrace.statistics.statistic import Statistic

__all__ = ["Column", "FittedCombination", "FittedTransform", "FoldAware", "Json", "Transform"]

Json = Any  # what json.loads returns: transforms validate their own state


@dataclass(frozen=True, slots=True)
class Column:
    """A column between transforms.

    Parameters
    ----------
    name : str
    values : pyarrow.Array, n values
    n_categories : int, optional
        Number of categories, where the values are codes of categories.
    corrections : tuple of ndarray of float64, each of shape (n,)
        What the values, rounded, leave out of products that no float64 holds; 0 where missing.
    """

    name: str
    values: pa.Array
    n_categories: int | None = None
    corrections: Expansion = ()


class FittedTransform(Protocol):
    """A transform with what it has learnt."""

    def apply(self, column: Column) -> tuple[Column, ...]:
        """Return the columns that take the place of ``column``; row by row, neighbours aside."""
        ...

    def state(self) -> Mapping[str, Json]:
        """Return what was learnt as JSON."""
        ...


@runtime_checkable
class FoldAware(FittedTransform, Protocol):
    """A fitted transform that has learnt the target, and can leave out what it knows of folds."""

    def without(self, folds: frozenset[int]) -> FittedTransform:
        """Return the transform as if it had not seen the targets of some folds, to the last bit.

        It makes the same columns, in number, names and types. New rows are encoded by the whole;
        what it is to those who train on it is up to `headrace.models.fold_views`.
        """
        ...


@runtime_checkable
class FittedCombination(FittedTransform, Protocol):
    """A transform, the last of its list, that combines a feature's columns with other features'."""

    def combine(
        self, columns: tuple[Column, ...], others: Mapping[str, tuple[Column, ...]]
    ) -> tuple[Column, ...]:
        """Return the columns that take the place of a feature's own.

        Parameters
        ----------
        columns : tuple of Column
            Of the feature, after all its transforms.
        others : mapping of str to tuple of Column
            Those of all features, before anything is combined.
        """
        ...


class Transform(ABC):
    """A transform as a user asks for it, before any data.

    Subclasses set ``Options``, ``accepts`` and, where they do, what follows it: in the class, or
    in ``__init__`` where the options decide. An infinite value never gets here from a column: it
    makes its row bad.
    """

    Options: ClassVar[type[Params]] = Params
    accepts: frozenset[Kind]
    """Kinds of columns it works on."""
    handles_missing: bool = False
    """Whether null and NaN come out as numbers, for models that take none missing."""
    makes_missing: bool = False
    """Whether a value that is there may come out as NaN, such as a category never seen."""
    domain: Domain | None = None
    """The numbers it is defined for, where it is not for all; others come out as NaN."""
    least: float | None = None
    """What no number that comes out is below, where that is known before any data."""
    keeps_values: bool = False
    """Whether a value that is there comes out as it is."""
    yields_many: bool = False
    """Whether several columns may come out, or none; such a transform is the last of its list."""
    drops: bool = False
    """Whether nothing comes out, whatever the column holds."""
    yields_codes: bool = False
    """Whether codes of categories come out, which are no quantities."""
    reads_target: bool = False
    """Whether it learns the target: then what its statistic adds are `LabelledColumn`, and what is
    fitted is `FoldAware`, so that no row is prepared by its own target."""
    partners: tuple[str, ...] = ()
    """Features it combines the columns with; then what is fitted is a `FittedCombination`."""

    def __init__(self, options: Params) -> None:
        self.options = options

    def yields(self, kind: Kind) -> Kind:  # noqa: ARG002 - of use to those that keep it
        """Return what kind of column comes out of one of a kind; by default numbers."""
        return Kind.NUMBER

    def statistic(self) -> Statistic[Any, Any, Any] | None:
        """Return what is to be learnt of the training rows, or None if nothing is."""
        return None

    @abstractmethod
    def fit(self, learnt: Any) -> FittedTransform:  # noqa: ANN401 - the statistic's result
        """Return the fitted transform, from the statistic's result (None without one).

        Raises
        ------
        DataError
            The column does not allow it.
        """

    @abstractmethod
    def restore(self, state: Mapping[str, Json]) -> FittedTransform:
        """Return the fitted transform whose ``state`` this is.

        Raises
        ------
        ValueError, KeyError, TypeError
            The state is damaged; the bundle turns it into a model error.
        """
