"""The chain lock: a model that learnt from another's predictions keeps to that very one.

Predictions look alike whichever model made them: the column has the same name and type. A second
model trained on those of one linreg and scored on those of another is wrong without a sign of it.
So a manifest says of each column of predictions which model made it, by digest, and here is where
that is carried on and compared.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from headrace.contracts.manifest import PredictedColumn
from headrace.errors import DataError, raise_all
from headrace.plugins.suggest import suggestion

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

    from headrace.contracts.manifest import Manifest, ModelUse
    from headrace.errors import HeadraceError
    from headrace.storage.inputs import ResolvedInput

__all__ = ["carried_on", "check_chain", "predictions_of"]


def predictions_of(manifest: Manifest) -> dict[str, ModelUse]:
    """Return which model made which column: of a dataset, or of those a model learnt from.

    Manifests of releases that did not say so name the models; there the columns are those with the
    usual name of their predictions.
    """
    if manifest.predictions is not None:
        return {made.column: made.model for made in manifest.predictions}
    used = [manifest.model] if manifest.model is not None else []
    used += [use for entry in manifest.inputs for use in entry.models]
    columns = {column.name for column in manifest.columns}
    found: dict[str, ModelUse] = {}
    for use in used:  # the nearest first
        name = f"{use.pipeline}_prediction"
        if name in columns:
            found.setdefault(name, use)
    return found


def carried_on(
    sources: Iterable[ResolvedInput], added: Iterable[PredictedColumn], columns: Collection[str]
) -> tuple[PredictedColumn, ...]:
    """Return which columns of a new version are predictions, and whose.

    Parameters
    ----------
    sources : iterable of ResolvedInput
        What was read.
    added : iterable of PredictedColumn
        By the run itself.
    columns : collection of str
        Of the new dataset, or that a new model needs.
    """
    found: dict[str, ModelUse] = {}
    for source in sources:
        if source.manifest is not None:
            found = predictions_of(source.manifest) | found
    found |= {made.column: made.model for made in added}
    return tuple(
        PredictedColumn(column=name, model=found[name]) for name in columns if name in found
    )


def check_chain(
    model: Manifest, source: ResolvedInput, allowed: Collection[str]
) -> tuple[str, ...]:
    """Check that an input's predictions are by the models that a model's training had them from.

    Parameters
    ----------
    model : Manifest
        Of the model that is to score or to be measured.
    source : ResolvedInput
        What it is to read.
    allowed : collection of str
        Pipelines whose predictions may be by another model, or by nobody knows which.

    Returns
    -------
    tuple of str
        Warnings, of what was allowed and would have been refused.

    Raises
    ------
    DataError
        A column is of another model, or its origin is not known.
    """
    faults: list[HeadraceError] = []
    warnings = []
    for fault in _faults(model, source):
        if fault.pipeline in allowed:
            warnings.append(f"{fault.what} (allowed for '{fault.pipeline}')")
        else:
            meant = [name for name in allowed if suggestion(name, [fault.pipeline])]
            faults.append(
                DataError(
                    fault.what,
                    where=source.resolved,
                    fix=f"--allow-chain {meant[0]}: did you mean '{fault.pipeline}'?"
                    if meant
                    else f"score the input by {fault.wanted} first, or train the model again; "
                    f"--allow-chain {fault.pipeline} goes on all the same",
                )
            )
    raise_all(faults)
    return tuple(warnings)


class _Fault:
    """A column whose predictions are not those that the model learnt from."""

    def __init__(self, what: str, use: ModelUse) -> None:
        self.what = what
        self.pipeline = use.pipeline
        self.wanted = use.uri


def _faults(model: Manifest, source: ResolvedInput) -> Iterator[_Fault]:
    made = {} if source.manifest is None else predictions_of(source.manifest)
    for column, wanted in predictions_of(model).items():
        got = made.get(column)
        learnt = f"the model learnt from those of {wanted.uri} ({_short(wanted.digest)})"
        if got is None:
            yield _Fault(
                f"Nobody knows which model the predictions in column '{column}' are by: the input "
                f"has no manifest that says so; {learnt}",
                wanted,
            )
        elif got.digest != wanted.digest:
            yield _Fault(
                f"Column '{column}' has predictions of {got.uri} ({_short(got.digest)}); {learnt}",
                wanted,
            )


def _short(digest: str) -> str:
    """Return the digits of a digest that tell two models apart at a glance."""
    return digest.rpartition(":")[2][:12]
