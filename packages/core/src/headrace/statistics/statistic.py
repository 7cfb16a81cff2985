"""The one shape of everything that is learnt by one pass."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Generic, TypeVar

__all__ = ["Statistic"]

State = TypeVar("State")
Item = TypeVar("Item")
Result = TypeVar("Result")


class Statistic(ABC, Generic[State, Item, Result]):
    """A commutative monoid over pieces of data, and what it says in the end.

    ``merge`` must be associative and commutative with ``zero()`` as its neutral element, and
    adding two pieces to one state must equal merging two states with a piece each: workers see
    the pieces in any grouping and order.
    """

    @abstractmethod
    def zero(self) -> State:
        """Return the state before any data; small, and picklable between workers."""

    @abstractmethod
    def add(self, state: State, item: Item) -> State:
        """Return the state with one piece of data added; may change ``state`` in place."""

    @abstractmethod
    def merge(self, left: State, right: State) -> State:
        """Return the state of both; changes neither."""

    @abstractmethod
    def finish(self, state: State) -> Result:
        """Return the result.

        Raises
        ------
        DataError
            The data do not allow one; the message says why.
        """
