"""The sum of values that know how to add."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from headrace.statistics.statistic import Statistic

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["Total"]


class Total(Statistic[Any, Any, Any]):
    """Add values by ``+``, beginning with ``zero()``; they must not change when added."""

    def __init__(self, zero: Callable[[], Any]) -> None:
        self._zero = zero

    def zero(self) -> Any:  # noqa: ANN401 - whatever adds
        """Return the zero."""
        return self._zero()

    def add(self, state: Any, item: Any) -> Any:  # noqa: ANN401 - whatever adds
        """Add a value."""
        return state + item

    def merge(self, left: Any, right: Any) -> Any:  # noqa: ANN401 - whatever adds
        """Add two sums."""
        return left + right

    def finish(self, state: Any) -> Any:  # noqa: ANN401 - whatever adds
        """Return the sum."""
        return state
