"""The catalog: what an image or installation holds, as JSON, for those who have no plugins."""

from __future__ import annotations

from typing import Final, Literal

from pydantic import BaseModel, ConfigDict, JsonValue

__all__ = [
    "CATALOG_FORMAT",
    "INPUT_FORMAT",
    "Catalog",
    "CatalogColumn",
    "CatalogPipeline",
    "CatalogPlugin",
]

CATALOG_FORMAT: Final = "headrace/catalog/v1"

INPUT_FORMAT: Final = "headrace-input"
"""Of a param that names an input, in the JSON schema of the params."""


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)


class CatalogColumn(_Part):
    """Columns a pipeline needs, by the param that names them."""

    param: str
    modes: tuple[str, ...]
    types: str
    """Types accepted, in words."""


class CatalogPipeline(_Part):
    """One pipeline and all that can be asked of it."""

    summary: str
    plugin: str
    modes: tuple[str, ...]
    params: dict[str, JsonValue]
    """JSON schema of the params."""
    needs: tuple[CatalogColumn, ...]
    adds: tuple[str, ...]
    """Columns that scoring adds."""
    intervals: bool = False
    """Whether scoring can add prediction intervals."""
    has_own_graph: bool = False
    """Whether it writes its own graph: it takes params in every mode then, and no --where, --keep,
    --prediction or --out-of-fold; if it is never trained, it scores without a model."""


class CatalogPlugin(_Part):
    """One installed plugin."""

    distribution: str
    version: str


class Catalog(_Part):
    """What an installation holds."""

    format: Literal["headrace/catalog/v1"] = CATALOG_FORMAT
    version: str
    """Of the ``headrace`` distribution."""
    image: str = ""
    """The image that holds it, with its digest, as ``$HEADRACE_IMAGE`` says; empty outside one."""
    plugins: dict[str, CatalogPlugin]
    pipelines: dict[str, CatalogPipeline]
    transforms: dict[str, str]
    """Name to summary."""
