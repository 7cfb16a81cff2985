"""What the runner asks of the storage: digests of what is read, manifests, aliases."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Literal

from headrace.contracts.references import name_uri, parse_reference
from headrace.errors import HeadraceError, raise_all
from headrace.storage.inputs import resolve_input
from headrace.storage.versions import Versions
from headrace_orchestration.waiting import find_published

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from headrace.contracts.manifest import Manifest
    from headrace_orchestration.planned import Plan, PlannedStep

__all__ = ["OutsideDigests", "holds", "move_alias", "outside_digests"]


@dataclass(frozen=True, slots=True)
class OutsideDigests:
    """Digest of everything a run reads that its own steps do not make, by URI."""

    inputs: Mapping[str, str]
    models: Mapping[str, str]


def outside_digests(plan: Plan) -> OutsideDigests:
    """Look at everything a plan reads that its own steps do not make.

    Raises
    ------
    HeadraceError
        With all that is missing or cannot be read, before anything runs.
    """
    inputs = {
        step.input_uri for step in plan.steps if step.input_step is None and step.wait is None
    }
    inputs |= {uri for step in plan.steps for uri, maker in step.further.items() if maker is None}
    models = {step.model_uri for step in plan.steps if step.model_uri and not step.model_step}
    faults: list[HeadraceError] = []
    digests = OutsideDigests(
        _collected(inputs, lambda uri: resolve_input(uri, plan.root).digest, faults)
        | _awaited(plan),
        _collected(models, lambda uri: _model_digest(uri, plan.root), faults),
    )
    raise_all(faults)
    return digests


def _awaited(plan: Plan) -> dict[str, str]:
    """Return digests of what steps wait for, as far as it is there: a new one is a new run."""
    found = {}
    now = datetime.now(UTC)
    for step in plan.steps:
        if step.wait is not None:
            manifest = find_published(step.input_uri, plan.root, max_age=step.wait.max_age, now=now)
            found[step.input_uri] = manifest.digest if manifest else ""
    return found


def _collected(
    uris: Iterable[str], digest: Callable[[str], str], faults: list[HeadraceError]
) -> dict[str, str]:
    found = {}
    for uri in sorted(uris):
        try:
            found[uri] = digest(uri)
        except HeadraceError as error:
            faults.append(error)
    return found


def _model_digest(reference: str, root: str) -> str:
    parsed = parse_reference(reference)
    versions = Versions(name_uri(parsed.name_uri, root=root, kind="models"), "model")
    return versions.manifest(versions.resolve(parsed.selector)).digest


def holds(manifest: Manifest) -> bool:
    """Tell whether a version is still published as a manifest says."""
    found = Versions(manifest.uri, manifest.kind).find(manifest.version)
    return found is not None and found.request_digest == manifest.request_digest


def move_alias(step: PlannedStep) -> None:
    """Move the alias that a step names, if it does, to the version it has published.

    Raises
    ------
    TransientError
        Somebody else moved an alias of it at the same moment.
    """
    if step.alias is None:
        return
    kind: Literal["model", "dataset"] = "model" if step.mode == "train" else "dataset"
    note = f"by step '{step.name}' of a flow"
    Versions(step.uri, kind).aliases.move(step.alias, step.version, note=note)
