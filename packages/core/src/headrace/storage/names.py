"""The models or datasets that lie below a root."""

from __future__ import annotations

from typing import Literal

from headrace.contracts.references import is_name
from headrace.storage.layout import VERSIONS
from headrace.storage.store import open_store

__all__ = ["list_names"]


def list_names(root: str, kind: Literal["models", "datasets"]) -> tuple[str, ...]:
    """Return the bare names below ``ROOT/models`` or ``ROOT/datasets``, sorted.

    A name is a folder that holds versions, published or not; a folder that no bare name can reach
    is not one.
    """
    store = open_store(root)
    return tuple(
        name
        for name in store.folders(kind)
        if is_name(name) and VERSIONS in store.folders(f"{kind}/{name}")
    )
