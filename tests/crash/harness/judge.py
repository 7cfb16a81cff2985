"""Whether a disturbed run has kept its promises: what a reader sees, and what a rerun does."""

from __future__ import annotations

from dataclasses import dataclass

from harness.place import outcome_of
from harness.reader import look, strays

STOPPED = {0, 143, -15}  # done before the signal came, stopped, not yet ready for signals
OWN = ("/staging/", "/versions/")


@dataclass(frozen=True)
class Verdict:
    """What came of an attempt, for the table.

    Parameters
    ----------
    fault, moment : str
    is_new : bool
        Whether a reader saw the new version, not the old state, after it.
    was_done : bool
        Whether the rerun found it done.
    """

    fault: str
    moment: str
    is_new: bool
    was_done: bool


def judge(place, command, folder, rerun):
    """Look as a reader, run the command again, look again.

    Parameters
    ----------
    place : Place
    command : Command
    folder : Path
        Where the disturbed run was.
    rerun : callable
        Runs the command again, and returns how it ended.

    Returns
    -------
    tuple of bool
        Whether the new state was visible before the rerun, and whether the rerun did nothing.
    """
    root = folder / "root"
    after = look(root)
    is_new = check_state(place, command, after)
    again = rerun()
    assert again.code == 0, again.err
    assert outcome_of(again) == place.outcomes[command.name]
    was_done = "already done" in again.err or (command.address is None and is_new)
    assert was_done == is_new
    assert check_state(place, command, look(root))
    for file in strays(root):
        assert any(folder in file for folder in OWN), f"{file} is nobody's"
    return is_new, was_done


def check_state(place, command, seen):
    """Check that all is as before but for what the command makes; return whether that is there."""
    for name, versions in place.before.versions.items():
        for version, manifest in versions.items():
            assert seen.versions[name][version] == manifest, f"{name}@{version} has changed"
    added = {
        (name, version)
        for name, versions in seen.versions.items()
        for version in versions
        if version not in place.before.versions.get(name, {}) and ".quarantine" not in name
    }
    if command.address is None:
        assert not added
        at = seen.aliases["models/m"]["champion"]
        assert at in {"v0", "v1"}
        return at == "v1"
    assert added <= {command.address}
    assert seen.aliases == place.before.aliases
    if added:
        name, version = command.address
        manifest = seen.versions[name][version]
        outcome = place.outcomes[command.name]
        assert manifest.digest == outcome.digest, "other bytes than an undisturbed run"
        assert manifest.rows.model_dump() == outcome.rows
    return bool(added)
