"""What a model is: an object with state that predicts one value a row."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, Protocol, Self, TypeVar, runtime_checkable

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pyarrow as pa

    from headrace.data.features import Features

__all__ = ["FitResult", "Model"]


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


FittedModel = TypeVar("FittedModel", bound=Model)


@dataclass(frozen=True, slots=True)
class FitResult(Generic[FittedModel]):
    """A fitted model, and what the manifest should warn of."""

    model: FittedModel
    warnings: tuple[str, ...] = ()
