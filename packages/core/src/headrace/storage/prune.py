"""Which versions and leftovers of some names may go, and deleting them.

Deciding and deleting are apart, so that what would be done can be shown first. What others need
stays: a version with an alias, and all that went into any version that stays, below the same root.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from headrace.contracts.references import LATEST
from headrace.errors import raise_all
from headrace.storage.abandoned import find_abandoned, traces_of
from headrace.storage.holdings import find_holdings, holding_of, place_of
from headrace.storage.layout import staging_path
from headrace.storage.removal import remove_versions

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime, timedelta

    from headrace.contracts.manifest import Manifest
    from headrace.storage.abandoned import Abandoned
    from headrace.storage.holdings import Holding
    from headrace.storage.versions import Versions

__all__ = ["PrunePlan", "Retention", "Verdict", "carry_out", "needs_of", "plan_prune"]


@dataclass(frozen=True, slots=True)
class Retention:
    """Which versions stay for their age: a version goes only if no rule that is set keeps it.

    Parameters
    ----------
    keep_last : int, optional
        Number of the newest versions of each name.
    older_than : timedelta, optional
        Versions stay as long as they are not older.
    """

    keep_last: int | None = None
    older_than: timedelta | None = None

    def reason(self, manifest: Manifest, place: int, now: datetime) -> str:
        """Return why a version stays, empty if nothing here keeps it; place 0 is the newest."""
        if self.keep_last is None and self.older_than is None:
            return "no retention was asked for"
        if self.keep_last is not None and place < self.keep_last:
            return f"among the last {self.keep_last}"
        if self.older_than is not None and now - manifest.created <= self.older_than:
            return "not old enough"
        return ""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is to become of a version.

    Parameters
    ----------
    versions : Versions
        Of its name.
    manifest : Manifest
    reason : str
        Why it stays; empty if it goes.
    """

    versions: Versions
    manifest: Manifest
    reason: str

    @property
    def address(self) -> str:
        """Where it lies, wherever it was published."""
        return _address(self.versions, self.manifest)

    @property
    def size(self) -> int:
        """Bytes of its files."""
        return sum(file.size for file in self.manifest.files)


@dataclass(frozen=True, slots=True)
class PrunePlan:
    """What is to become of some names.

    Parameters
    ----------
    names : tuple of Versions
    verdicts : tuple of Verdict
        In the order of the names, then newest first.
    abandoned : tuple of Abandoned
        Of dead runs; all of it goes.
    """

    names: tuple[Versions, ...]
    verdicts: tuple[Verdict, ...]
    abandoned: tuple[Abandoned, ...]

    @property
    def doomed(self) -> tuple[Verdict, ...]:
        """The versions that go."""
        return tuple(verdict for verdict in self.verdicts if not verdict.reason)

    @property
    def size(self) -> int:
        """Bytes that go."""
        versions = sum(verdict.size for verdict in self.doomed)
        return versions + sum(folder.traces.size for folder in self.abandoned)


def plan_prune(
    names: Sequence[Versions], root: str, retention: Retention, now: datetime
) -> PrunePlan:
    """Decide what of some names goes; deletes nothing.

    Parameters
    ----------
    names : sequence of Versions
    root : str
        Whose models and datasets may need versions of these names.
    retention : Retention
    now : datetime

    Raises
    ------
    ModelError, DataError
        There is no such name, or a manifest or alias log below the root is damaged, so that what
        it needs cannot be known.
    """
    uris = {versions.uri for versions in names}
    others = [holding for holding in find_holdings(root) if holding.versions.uri not in uris]
    ours = [holding_of(versions) for versions in names]
    everything = (*ours, *others)
    raise_all([fault for holding in everything for fault in holding.faults])
    for holding in ours:
        if not holding.manifests and not holding.unpublished:
            holding.versions.resolve(LATEST)  # says what is missing
    reasons: dict[str, str] = {}
    for holding in ours:
        reasons |= _own_reasons(holding, retention, now)
    needs = {
        _address(holding.versions, manifest): needs_of(manifest)
        for holding in everything
        for manifest in holding.manifests
    }
    _keep_needed(reasons, needs)
    return PrunePlan(
        tuple(names),
        tuple(
            Verdict(holding.versions, manifest, reasons[_address(holding.versions, manifest)])
            for holding in ours
            for manifest in holding.manifests
        ),
        tuple(folder for holding in ours for folder in find_abandoned(holding, now)),
    )


def carry_out(plan: PrunePlan, note: str = "") -> tuple[Verdict, ...]:
    """Delete what a plan says, but for versions that an alias has moved to since.

    Returns
    -------
    tuple of Verdict
        On the versions that were deleted.

    Raises
    ------
    RequestError
        Nothing may be deleted there.
    TransientError
        Trouble that may pass; what is left goes with the next call.
    """
    removed: list[Verdict] = []
    for versions in plan.names:
        doomed = {
            verdict.manifest.version: verdict
            for verdict in plan.doomed
            if verdict.versions.uri == versions.uri
        }
        if doomed:
            removed += [doomed[version] for version in remove_versions(versions, doomed, note)]
        for folder in plan.abandoned:
            if folder.name_uri == versions.uri:
                versions.store.clear(folder.path)
    return tuple(removed)


def needs_of(manifest: Manifest) -> frozenset[str]:
    """Return the places of all that went into a version.

    A model that was updated is not among them: all that its successor needs of it, it has itself.
    """
    updated = manifest.mode == "train"
    used = [manifest.model] if manifest.model is not None and not updated else []
    used += [use for entry in manifest.inputs for use in entry.models]
    read = [entry.resolved for entry in manifest.inputs]
    read += [entry.resolved for entry in manifest.fitted_on]
    addresses = [*read, *(use.uri for use in used)]
    return frozenset(map(place_of, addresses))


def _own_reasons(holding: Holding, retention: Retention, now: datetime) -> dict[str, str]:
    """Return by address why a name's versions stay, as far as the name itself tells."""
    at: dict[str, list[str]] = {}
    for alias, version in holding.aliases.items():
        at.setdefault(version, []).append(alias)
    reasons = {}
    for place, manifest in enumerate(holding.manifests):
        staging = staging_path(manifest.version)
        if manifest.version in at:
            reason = f"alias {', '.join(at[manifest.version])}"
        elif traces_of(holding.versions.store, [staging]).is_live(now):
            reason = "a run of it is under way"
        else:
            reason = retention.reason(manifest, place, now)
        reasons[_address(holding.versions, manifest)] = reason
    return reasons


def _keep_needed(reasons: dict[str, str], needs: Mapping[str, frozenset[str]]) -> None:
    """Keep what the kept need, and what that needs in turn; others' versions are all kept."""
    by_place: dict[str, list[str]] = {}
    for address in reasons:
        by_place.setdefault(place_of(address), []).append(address)
    todo = [address for address in needs if reasons.get(address, "not pruned")]
    while todo:
        needy = todo.pop()
        for place in sorted(needs[needy]):
            for address in by_place.get(place, ()):
                if not reasons[address]:
                    reasons[address] = f"needed by {place_of(needy)}"
                    todo.append(address)


def _address(versions: Versions, manifest: Manifest) -> str:
    return f"{versions.uri}@{manifest.version}"
