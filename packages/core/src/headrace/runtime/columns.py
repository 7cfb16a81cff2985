"""The contract between params, model and data: which columns are read, and what they must be."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, cast

import numpy as np
import pyarrow as pa
from pydantic import ValidationError

from headrace.data.keys import is_key_type
from headrace.data.kinds import Kind, kind_of
from headrace.data.numbers import numbers
from headrace.data.rows import RowRules
from headrace.errors import DataError, HeadraceError, RequestError, raise_all
from headrace.models.encodings import encoding_faults
from headrace.models.outcome import outcome_of
from headrace.models.partners import partner_faults
from headrace.models.pipeline import Task
from headrace.models.preparation import Chain, Preparation
from headrace.plugins.faults import setting_faults
from headrace.plugins.suggest import suggestion

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from headrace.contracts.params import SupervisedParams, TransformStep
    from headrace.data.domain import Domain
    from headrace.data.where import Where
    from headrace.models.bundle import Bundle
    from headrace.models.pipeline import SupervisedPipeline
    from headrace.models.transform import Transform
    from headrace.plugins.manager import Plugins

__all__ = ["ReadColumns", "columns_to_train", "columns_with_bundle", "prepare"]

_USUAL_TRANSFORMS: Final = {Kind.CATEGORY: "one_hot", Kind.TIMESTAMP: "calendar"}


class ReadColumns:
    """Columns of an input that a run reads; all faults are raised together.

    Parameters
    ----------
    schema : pyarrow.Schema
        Of the input.
    where : str
        Of the input, for messages.
    """

    def __init__(self, schema: pa.Schema, where: str) -> None:
        self._schema = schema
        self._where = where
        self._names: dict[str, None] = {}
        self._faults: list[HeadraceError] = []

    def need(self, name: str, role: str) -> pa.DataType | None:
        """Return the type of a column that is needed, None and a fault if it is missing."""
        if name not in self._schema.names:
            self._faults.append(
                DataError(
                    f"Column '{name}' ({role}) is missing in the input",
                    where=f"{self._where}; its columns: {', '.join(self._schema.names)}",
                    fix=suggestion(name, self._schema.names) or "name a column that is there",
                )
            )
            return None
        self._names[name] = None
        return self._schema.field(name).type

    def need_number(self, name: str, role: str) -> None:
        """Need a column of numbers or booleans."""
        type_ = self.need(name, role)
        if type_ is not None and kind_of(type_) is not Kind.NUMBER:
            self.fault(
                f"Column '{name}' ({role}) is {type_}; wanted a number or boolean",
                "cast the column in the data, or name another",
            )

    def need_key(self, names: Iterable[str]) -> None:
        """Need columns of a key."""
        for name in names:
            type_ = self.need(name, "key")
            if type_ is not None and not is_key_type(type_):
                self.fault(
                    f"Column '{name}' (key) is {type_}; wanted an integer or a string",
                    "floats do not identify rows; cast the column in the data",
                )

    def need_where(self, where: Where | None) -> None:
        """Need the columns of a filter."""
        if where is None:
            return
        types = [self.need(name, "in --where") for name in where.columns]
        if None not in types:
            self._attempt(where)

    def _attempt(self, where: Where) -> None:
        """Evaluate a filter on no rows, which shows whether it compares like with like."""
        try:
            where.evaluate(pa.RecordBatch.from_pylist([], schema=self._schema))
        except DataError as error:
            self._faults.append(error)

    def fault(self, what: str, fix: str = "") -> None:
        """Add a fault of the data."""
        self._faults.append(DataError(what, where=self._where, fix=fix))

    def add(self, fault: HeadraceError) -> None:
        """Add a fault."""
        self._faults.append(fault)

    def schema(self, also: Sequence[str] = ()) -> pa.Schema:
        """Return the columns to read, in the order of the input, or raise all faults."""
        raise_all(self._faults)
        wanted = {*self._names, *also}
        return pa.schema([field for field in self._schema if field.name in wanted])


def columns_to_train(
    pipeline: SupervisedPipeline[Any, Any],
    schema: pa.Schema,
    where: Where | None,
    source: str,
    plugins: Plugins,
) -> tuple[pa.Schema, Preparation, RowRules]:
    """Return the columns a training reads, its transforms before any fit, and the rules for rows.

    Raises
    ------
    HeadraceError
        All faults of params against data, together.
    """
    params: SupervisedParams = pipeline.params
    columns = ReadColumns(schema, source)
    chains = []
    for feature in params.features:
        type_ = columns.need(feature, "feature")
        if type_ is not None:
            chain = prepare(pipeline, feature, type_, columns, plugins)
            if chain is not None:
                chains.append(chain)
    for fault in (*partner_faults(chains, params.features), *encoding_faults(chains, params.folds)):
        columns.add(fault)
    if chains and all(chain.is_dropped for chain in chains):
        columns.add(
            RequestError(
                "All features are dropped; wanted one at least that the model sees",
                where="transforms",
                fix="take drop from one of them",
            )
        )
    columns.need_number(params.target, "target")
    columns.need_key(params.key)
    if params.weight is not None:
        columns.need_number(params.weight, "weight")
    columns.need_where(where)
    read = columns.schema()
    rules = RowRules(
        features=_missing_handled(chains, pipeline.handles_missing),
        domains=_domains(chains, pipeline.handles_missing),
        key=params.key_used,
        target=params.target,
        is_binary=pipeline.task is Task.BINARY,
        weight=params.weight,
        where=where,
    )
    return read, Preparation.unfitted(chains), rules


def columns_with_bundle(
    bundle: Bundle, columns: ReadColumns, where: Where | None, *, labelled: bool, keyed: bool
) -> RowRules:
    """Need what a bundle needs of a table, and return the rules for its rows.

    Parameters
    ----------
    bundle : Bundle
    columns : ReadColumns
        Gets the needs and their faults.
    where : Where, optional
    labelled : bool
        Whether target and weight are read; never when scoring.
    keyed : bool
        Whether the key is read, to score out of fold.
    """
    for chain in bundle.preparation.chains:
        type_ = columns.need(chain.feature, "feature")
        if type_ is not None and kind_of(type_) is not chain.kind:
            columns.fault(
                f"Column '{chain.feature}' is {type_}; the model was trained on a {chain.kind}",
                "cast the column in the data, or train the model again",
            )
    params = bundle.params
    if labelled:
        columns.need_number(params.target, "target")
        if params.weight is not None:
            columns.need_number(params.weight, "weight")
    if keyed:
        columns.need_key(params.key)
    columns.need_where(where)
    return RowRules(
        features=_missing_handled(bundle.preparation.chains, bundle.handles_missing),
        domains=_domains(bundle.preparation.chains, bundle.handles_missing),
        key=params.key if keyed else (),
        target=params.target if labelled else None,
        is_binary=labelled and bundle.task is Task.BINARY,
        weight=params.weight if labelled else None,
        where=where,
    )


def _missing_handled(chains: Sequence[Chain], by_model: bool) -> dict[str, bool]:
    return {
        chain.feature: chain.handles_missing or by_model for chain in chains if not chain.is_dropped
    }


def _domains(chains: Sequence[Chain], missing_handled: bool) -> dict[str, Domain]:
    if missing_handled:
        return {}
    return {chain.feature: chain.domain for chain in chains if chain.domain is not None}


def prepare(
    pipeline: SupervisedPipeline[Any, Any],
    feature: str,
    type_: pa.DataType,
    columns: ReadColumns,
    plugins: Plugins,
) -> Chain | None:
    """Return a feature's transforms, or None and faults."""
    kind = kind_of(type_)
    steps = pipeline.params.transforms.get(feature)
    if steps is None:
        steps = pipeline.default_transforms(kind)
    transforms = [_transform(step, feature, columns, plugins) for step in steps]
    made = [transform for transform in transforms if transform is not None]
    if len(made) < len(transforms):
        return None
    at = kind
    for place, (step, transform) in enumerate(zip(steps, made, strict=True), 1):
        if at not in transform.accepts and at is not Kind.OTHER:
            columns.fault(
                f"Feature '{feature}' is {at if at is not kind else type_} where transform "
                f"'{step.name}' wants a {' or '.join(sorted(transform.accepts))}",
                "choose another transform, or cast the column in the data",
            )
            return None
        if transform.yields_many and not _ends(made[place - 1 :]):
            columns.add(
                RequestError(
                    f"Transform '{step.name}' of feature '{feature}' is not the last of its list, "
                    "but makes several columns of one, or none",
                    where=f"transforms.{feature}",
                    fix="put it last",
                )
            )
            return None
        if at in transform.accepts:
            at = transform.yields(at)
    if at is not Kind.NUMBER:
        usual = _USUAL_TRANSFORMS.get(kind)
        columns.fault(
            f"Feature '{feature}' is {type_}, which no pipeline takes as it is"
            + (f" after {steps[-1].name}" if steps and kind is not Kind.OTHER else ""),
            f"name a transform for it, such as {usual}"
            if usual
            else "cast the column in the data, or leave it out",
        )
        return None
    chain = Chain(feature, kind, tuple(step.name for step in steps), tuple(made))
    fault = None if pipeline.handles_missing else _missing_fault(chain, type_)
    if fault is not None:
        columns.add(fault)
        return None
    return chain


def _ends(transforms: Sequence[Transform]) -> bool:
    """Whether transforms are the last one of a list, but for one that combines what it makes."""
    transform, *following = transforms
    return not following or (
        len(following) == 1 and bool(following[0].partners) and not transform.partners
    )


def _missing_fault(chain: Chain, type_: pa.DataType) -> RequestError | None:
    """Return what is wrong with a chain for a model that takes no missing numbers."""
    where = f"transforms.{chain.feature}"
    if outcome_of(chain.transforms).may_be_missing:
        return RequestError(
            f"Feature '{chain.feature}' may come out missing (an unknown category, say), and "
            "the pipeline takes no missing numbers",
            where=where,
            fix="put impute after the others, or choose one_hot for a category; log comes first, "
            "or behind clip or impute",
        )
    settled = chain.settled()
    if chain.handles_missing and settled.next_statistic is None:
        columns = settled.apply(pa.nulls(1, type_))
        if any(np.isnan(numbers(column.values)).any() for column in columns):
            return RequestError(
                f"Feature '{chain.feature}' comes out missing where the column is, and the "
                "pipeline takes no missing numbers",
                where=where,
                fix="impute a value for which the transforms that follow are defined",
            )
    return None


def _transform(
    step: TransformStep, feature: str, columns: ReadColumns, plugins: Plugins
) -> Transform | None:
    where = f"transforms.{feature}.{step.name}"
    try:
        transform_type = cast("type[Transform]", plugins.load_transform(step.name))
        return transform_type(transform_type.Options.model_validate(step.options))
    except HeadraceError as error:
        columns.add(type(error)(error.what, f"{where}; {error.where}", error.fix))
    except ValidationError as error:
        fields = transform_type.Options.model_fields.items()
        names = [field.alias or name for name, field in fields]
        for fault in setting_faults(error, "option", names, where, missing="give it a value"):
            columns.add(fault)
    return None
