"""Params of pipelines: what a user sets for one run; light (pydantic only)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Self

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    JsonValue,
    model_serializer,
    model_validator,
)

from headrace.contracts.catalog import INPUT_FORMAT

if TYPE_CHECKING:
    from pydantic import GetJsonSchemaHandler
    from pydantic.json_schema import JsonSchemaValue
    from pydantic_core import CoreSchema

__all__ = [
    "ColumnName",
    "InputUri",
    "Params",
    "SupervisedParams",
    "TransformStep",
    "UpdatableParams",
    "input_params",
]

ColumnName = Annotated[str, Field(min_length=1)]

InputUri = Annotated[str, Field(min_length=1, json_schema_extra={"format": INPUT_FORMAT})]
"""A further input, named by a param: files, a folder, a glob, or a dataset by reference.

It is found as ``--input`` is before anything runs, is part of what makes two requests the same,
and of what a manifest says was read.
"""


class Params(BaseModel):
    """Params of one run: immutable, and no unknown names."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)


class TransformStep(Params):
    """One transform of a column's list, written ``name`` or ``name: {option: value}``."""

    name: str
    options: dict[str, JsonValue] = {}

    @model_validator(mode="before")
    @classmethod
    def _from_short_form(cls, value: object) -> object:
        if isinstance(value, str):
            return {"name": value}
        if isinstance(value, Mapping) and len(value) == 1 and "name" not in value:
            name, options = next(iter(value.items()))
            return {"name": name, "options": {} if options is None else options}
        return value

    @classmethod
    def __get_pydantic_json_schema__(
        cls, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        """Describe the short forms as well, for they are what people write."""
        long = handler.resolve_ref_schema(handler(schema))
        short = {
            "type": "object",
            "minProperties": 1,
            "maxProperties": 1,
            "additionalProperties": {"type": ["object", "null"]},
        }
        return {"anyOf": [{"type": "string"}, short, long]}

    @model_serializer
    def _to_short_form(self) -> str | dict[str, dict[str, JsonValue]]:
        return {self.name: self.options} if self.options else self.name


class SupervisedParams(Params):
    """Params that every pipeline with a target shares."""

    features: Annotated[tuple[ColumnName, ...], Field(min_length=1)]
    """Columns the model reads, in this order."""

    target: ColumnName
    """Column the model learns to predict; not read when scoring."""

    key: tuple[ColumnName, ...] = ()
    """Columns that identify a row (integers or strings); decide holdout and folds by their hash."""

    weight: ColumnName | None = None
    """Column of row weights (finite, not negative); absent means 1 for every row."""

    holdout: Annotated[float, Field(ge=0, lt=1)] = 0.2
    """Fraction of rows kept from training to measure the model on; 0 keeps none."""

    folds: Annotated[int, Field(ge=0, le=100)] = 5
    """Number of fold models for out-of-fold scoring; 0 fits none, 1 is refused."""

    seed: Annotated[int, Field(ge=0, lt=2**32)] = 0
    """Salt of the hash that decides holdout and folds, and seed of the fit."""

    transforms: dict[ColumnName, tuple[TransformStep, ...]] = {}
    """Transforms of single columns, in order; others get the pipeline's default for their type."""

    @property
    def key_used(self) -> tuple[str, ...]:
        """The key where holdout or folds need it; otherwise it is not read."""
        return self.key if self.holdout or self.folds else ()

    @model_validator(mode="after")
    def _check_columns(self) -> Self:
        faults = []
        repeated = sorted({name for name in self.features if self.features.count(name) > 1})
        if repeated:
            faults.append(f"features lists {', '.join(repeated)} more than once")
        if self.target in self.features:
            faults.append(f"target '{self.target}' is also one of the features")
        if self.weight is not None and self.weight in {*self.features, self.target}:
            faults.append(f"weight '{self.weight}' is also a feature or the target")
        unused = sorted(set(self.transforms) - set(self.features))
        if unused:
            faults.append(f"transforms names {', '.join(unused)}, not among the features")
        if self.folds == 1:
            faults.append("folds is 1; wanted 0, or 2 and more")
        if not self.key and (self.holdout or self.folds):
            faults.append("key is missing, and holdout and folds need it (or set both to 0)")
        if faults:
            raise ValueError("; ".join(faults))
        return self


class UpdatableParams(SupervisedParams):
    """Params of a pipeline whose fit can add rows to a model, and take them out again."""

    solved_again: ClassVar[frozenset[str]] = frozenset()
    """Params that an update may change, for they decide nothing before the last step."""

    base: Annotated[str, Field(min_length=1)] | None = None
    """Model to start from, as a reference: its rows and those of the input are fitted, and only
    the input is read. All params but those of the last step have to be the model's."""

    remove: bool = False
    """Take the input's rows out of ``base`` instead of adding them."""

    keep_sums: bool = True
    """Keep in the bundle what later updates start from."""

    @model_validator(mode="after")
    def _check_update(self) -> Self:
        if self.remove and self.base is None:
            raise ValueError("remove takes rows out of a model, and base names none")
        return self

    @property
    def fixed(self) -> dict[str, JsonValue]:
        """The params that an update must not change."""
        free = {"base", "remove", "keep_sums", *self.solved_again}
        return self.model_dump(mode="json", exclude=free)


def input_params(params_type: type[Params]) -> tuple[str, ...]:
    """Return the names of the params of type `InputUri`, optional ones among them."""
    properties = params_type.model_json_schema(by_alias=False).get("properties", {})
    return tuple(name for name, schema in properties.items() if _is_input(schema))


def _is_input(schema: dict[str, Any]) -> bool:  # a JSON schema, of any shape
    return schema.get("format") == INPUT_FORMAT or any(map(_is_input, schema.get("anyOf", ())))
