"""What differs between two versions, by their manifests alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pydantic import JsonValue

    from headrace.contracts.manifest import Manifest

__all__ = ["Change", "differences"]


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that is not the same in two versions; None where one of them does not have it."""

    what: str
    old: JsonValue
    new: JsonValue

    @property
    def delta(self) -> float | None:
        """New minus old, of numbers."""
        if isinstance(self.old, int | float) and isinstance(self.new, int | float):
            return self.new - self.old
        return None


def differences(old: Manifest, new: Manifest) -> dict[str, tuple[Change, ...]]:
    """Return what differs, by section; sections without a difference are left out.

    Metrics are listed also if they are the same, for they are what one looks for.
    """
    sections = {
        "made by": _changes(_facts(old), _facts(new)),
        "params": _changes(old.params, new.params),
        "inputs": _changes(_inputs(old), _inputs(new)),
        "models": _changes(_models(old), _models(new)),
        "rows": _changes(old.rows.model_dump(), new.rows.model_dump()),
        "metrics": _changes(_metrics(old), _metrics(new), with_same=True),
        "columns": _changes(_columns(old), _columns(new)),
        "files": _changes(_files(old), _files(new)),
        "versions": _changes(old.versions, new.versions),
    }
    return {name: changes for name, found in sections.items() if (changes := tuple(found))}


def _changes(
    old: Mapping[str, JsonValue], new: Mapping[str, JsonValue], *, with_same: bool = False
) -> Iterator[Change]:
    for what in dict.fromkeys([*old, *new]):
        before, after = old.get(what), new.get(what)
        if with_same or before != after or (what in old) != (what in new):
            yield Change(what, before, after)


def _facts(manifest: Manifest) -> dict[str, JsonValue]:
    return {
        "pipeline": manifest.pipeline,
        "mode": manifest.mode,
        "where": manifest.where,
        "out_of_fold": manifest.out_of_fold,
        "runner": manifest.runner,
        "image": manifest.image,
        "seconds": manifest.seconds,
        "editable": list(manifest.editable),
        **{f"label {name}": value for name, value in manifest.labels.items()},
    }


def _inputs(manifest: Manifest) -> dict[str, JsonValue]:
    found: dict[str, JsonValue] = {}
    for number, entry in enumerate(manifest.inputs, 1):
        found[f"{number}"] = entry.resolved
        found[f"{number} digest"] = entry.digest
        found[f"{number} files"] = entry.files
        found[f"{number} bytes"] = entry.size
    return found


def _models(manifest: Manifest) -> dict[str, JsonValue]:
    used = [manifest.model] if manifest.model is not None else []
    used += [use for entry in manifest.inputs for use in entry.models]
    return {use.pipeline: f"{use.uri} {use.digest}" for use in reversed(used)}


def _metrics(manifest: Manifest) -> dict[str, JsonValue]:
    return {
        f"{split} {name}": value
        for split, values in manifest.metrics.items()
        for name, value in values.items()
    }


def _columns(manifest: Manifest) -> dict[str, JsonValue]:
    return {column.name: column.type for column in manifest.columns}


def _files(manifest: Manifest) -> dict[str, JsonValue]:
    return {file.path: f"{file.size:,} bytes {file.sha256}" for file in manifest.files}
