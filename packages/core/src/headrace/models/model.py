"""What a model is: an object with state that predicts one value a row."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, Protocol, Self, TypeVar, runtime_checkable

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pyarrow as pa

    from headrace.contracts.summary import Summary
    from headrace.data.features import Features

__all__ = ["FitResult", "Model", "PredictsIntervals", "Summarized"]


@runtime_checkable
class Model(Protocol):
    """A fitted model.

    A row's prediction must not depend on its neighbours: the same row gives the same bits in any
    batch, on any runner.
    """

    def predict(self, features: Features) -> pa.Array:
        """Return one finite float a row, in order."""
        ...

    def state(self) -> dict[str, bytes]:
        """Return the state as files in the library's own open format; never pickle."""
        ...

    @classmethod
    def from_state(cls, state: Mapping[str, bytes]) -> Self:
        """Return the model whose `state` this is, with the same predictions to the bit.

        Raises
        ------
        ModelError
            The state is damaged.
        """
        ...


@runtime_checkable
class PredictsIntervals(Protocol):
    """What a model may do besides: say how far from the prediction a new row's target may lie.

    Its pipeline's spec says so with ``intervals=True``.
    """

    def predict_interval(self, features: Features, level: float) -> tuple[pa.Array, pa.Array]:
        """Return the lower and upper ends of prediction intervals, as `Model.predict` would.

        Parameters
        ----------
        features : Features
            n rows; maybe none, to ask whether there are intervals.
        level : float
            Probability that a new target lies within, between 0 and 1.

        Raises
        ------
        RequestError
            This model cannot say; the message says why.
        """
        ...


@runtime_checkable
class Summarized(Protocol):
    """What a model may do besides: say in a few tables what it has found."""

    def summary(self) -> Summary:
        """Return facts and tables; a function of the state."""
        ...


FittedModel = TypeVar("FittedModel", bound=Model)


@dataclass(frozen=True, slots=True)
class FitResult(Generic[FittedModel]):
    """A fitted model, and what the manifest should warn of."""

    model: FittedModel
    warnings: tuple[str, ...] = ()
