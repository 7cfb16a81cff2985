"""Verify a published version: its files, and of a model its predictions, here and now."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, Final

from headrace.contracts.proof import Fault
from headrace.contracts.verification import Verification, VersionChange
from headrace.errors import ModelError
from headrace.runtime.proof import proof_of
from headrace.storage.verify import file_faults

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from headrace.contracts.manifest import Manifest
    from headrace.contracts.proof import Proof
    from headrace.errors import HeadraceError
    from headrace.storage.versions import Versions

__all__ = ["verify"]

_BUNDLE_FILE: Final = "bundle.json"  # of `headrace.models.bundle`, which brings Arrow


def verify(versions: Versions, manifest: Manifest, disabled: Collection[str]) -> Verification:
    """Check a version's files; predict a model's golden rows in a fresh process.

    Parameters
    ----------
    versions : Versions
    manifest : Manifest
        Of one of them.
    disabled : collection of str
        Plugins that are switched off.

    Raises
    ------
    TransientError, RequestError
        The storage cannot be read now, or not by us. What is wrong with files and predictions is
        in the result instead.
    """
    faults: list[HeadraceError] = list(file_faults(versions, manifest))
    changed = _changed(manifest.versions) if manifest.kind == "model" else ()
    proof = None
    if manifest.kind == "model" and not faults and _is_bundle(manifest):
        try:
            proof = _proof(versions, manifest, disabled)
        except ModelError as error:
            faults.append(ModelError(error.what, error.where, _fix(changed) or error.fix))
        else:
            if proof.n_differing:
                faults.append(_predicts_otherwise(manifest, proof, changed))
    return Verification(
        address=manifest.address,
        files=len(manifest.files),
        size=sum(file.size for file in manifest.files),
        proof=proof,
        changed=changed,
        faults=tuple(map(Fault.of, faults)),
    )


def _is_bundle(manifest: Manifest) -> bool:
    """Whether a model can be proved; what a pipeline with a graph of its own saves is its own."""
    return any(file.path == _BUNDLE_FILE for file in manifest.files)


def _proof(versions: Versions, manifest: Manifest, disabled: Collection[str]) -> Proof:
    with proof_of(versions.files_uri(manifest), manifest.files, disabled) as proof:
        return proof.result()


def _predicts_otherwise(
    manifest: Manifest, proof: Proof, changed: tuple[VersionChange, ...]
) -> ModelError:
    return ModelError(
        f"The model does not predict what it did when it was published: {proof.difference}",
        where=manifest.address,
        fix=_fix(changed)
        or "its libraries are the same, so look at the machine and its libraries below Python's",
    )


def _fix(changed: tuple[VersionChange, ...]) -> str:
    if not changed:
        return ""
    listed = ", ".join(map(str, changed))
    return f"since then changed: {listed}; go back to those, or train and compare again"


def _changed(then: Mapping[str, str]) -> tuple[VersionChange, ...]:
    found = []
    for name, version_then in then.items():
        now = _installed(name)
        if now != version_then:
            found.append(VersionChange(name=name, then=version_then, now=now))
    return tuple(found)


def _installed(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None
