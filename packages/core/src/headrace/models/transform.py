"""What a transform is: learnt from one column, it turns that column into one or more."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Protocol

from headrace.contracts.params import Params

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pyarrow as pa

    from headrace.data.kinds import Kind
    from headrace.statistics.statistic import Statistic

__all__ = ["Column", "FittedTransform", "Json", "Transform"]

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
    """

    name: str
    values: pa.Array
    n_categories: int | None = None


class FittedTransform(Protocol):
    """A transform with what it has learnt."""

    def apply(self, column: Column) -> tuple[Column, ...]:
        """Return the columns that take the place of ``column``; row by row, neighbours aside."""
        ...

    def state(self) -> Mapping[str, Json]:
        """Return what was learnt as JSON."""
        ...


class Transform(ABC):
    """A transform as a user asks for it, before any data.

    Subclasses set ``Options``, ``accepts`` and, where they do, ``handles_missing``,
    ``makes_missing`` and ``yields_many``.
    """

    Options: ClassVar[type[Params]] = Params
    accepts: ClassVar[frozenset[Kind]]
    """Kinds of columns it works on."""
    handles_missing: ClassVar[bool] = False
    """Whether null and NaN come out as numbers, for models that take none missing."""
    makes_missing: ClassVar[bool] = False
    """Whether a value that is there may come out as NaN, such as a category never seen."""
    yields_many: ClassVar[bool] = False
    """Whether several columns may come out; such a transform is the last of its list."""

    def __init__(self, options: Params) -> None:
        self.options = options

    def statistic(self) -> Statistic[Any, pa.Array, Any] | None:
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
