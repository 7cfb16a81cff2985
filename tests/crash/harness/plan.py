"""Which runs are disturbed, when and by what."""

from __future__ import annotations

import random
from dataclasses import dataclass
from itertools import zip_longest
from signal import SIGKILL, SIGTERM

from harness.place import COMMANDS

READS = {"get", "head", "list", "list_with_delimiter"}
BEGUN = "at a random time"
STARTED = "at a random time, from the start of the program"
SHARES = {BEGUN: 0.25, STARTED: 0.05}  # of all attempts


@dataclass(frozen=True)
class Attempt:
    """One disturbed run.

    Parameters
    ----------
    number : int
    command : Command
    signal : int
    moment : str
        For the table.
    fault : dict, optional
        What `faults.install` takes.
    share : float
        Of the seconds of an undisturbed run: when it dies, where there is no fault.
    """

    number: int
    command: object
    signal: int
    moment: str
    fault: dict[str, object] | None
    share: float = 0.0


def plan(place, n_attempts):
    """Return attempts: moments around calls that change something first, then all others."""
    chance = random.Random(20261124)  # noqa: S311 - the same plan each time
    changing, reading = [], []
    for command in COMMANDS:
        for moment in _worth_it(place.moments[command.name]):
            label = f"{moment.when} {label_of(moment)}"
            for signal in (SIGKILL, SIGTERM):
                fault = {"at": moment.at, "when": moment.when, "signal": int(signal)}
                found = reading if moment.call in READS else changing
                found.append((command, signal, label, fault))
    chance.shuffle(changing)
    chance.shuffle(reading)
    n_timed = {moment: int(share * n_attempts) for moment, share in SHARES.items()}
    chosen = (_in_turn(changing) + _in_turn(reading))[: n_attempts - sum(n_timed.values())]
    n_timed[BEGUN] += n_attempts - len(chosen) - sum(n_timed.values())
    for moment, number in n_timed.items():
        for turn in range(number):
            command = COMMANDS[turn % 2] if moment == STARTED else COMMANDS[turn % 5 % 3]
            chosen.append((command, (SIGKILL, SIGTERM)[turn // 2 % 2], moment, None))
    return [
        Attempt(number, command, signal, label, fault, chance.random())
        for number, (command, signal, label, fault) in enumerate(chosen)
    ]


def _in_turn(faults):
    """Return one fault of each kind, then a second of each, and so on, so that none is left out."""
    turns = {}
    for fault in faults:
        _, signal, label, _ = fault
        turns.setdefault((signal, label), []).append(fault)
    return [one for turn in zip_longest(*turns.values()) for one in turn if one is not None]


def _worth_it(moments):
    """Leave out all but the first and the last of the many writes to one file."""
    writes = {}
    for moment in moments:
        if moment.call == "write":
            writes.setdefault(moment.path, []).append(moment.number)
    for moment in moments:
        numbers = writes.get(moment.path, ())
        if moment.call != "write" or moment.number in {numbers[0], numbers[-1]}:
            yield moment


def label_of(moment):
    """Return what a call does, in the words of the storage layout."""
    if moment.call in READS:
        return "a read"
    if moment.call == "sync" and "." not in moment.path:
        return "syncing a folder"
    if "/staging/" in moment.path:
        return "staging is cleared" if moment.call in {"clear", "delete"} else "a staged file"
    if "/aliases/" in moment.path:
        syncing = "syncing " if moment.call == "sync" else ""
        return f"{syncing}an entry of the alias log"
    verb = {"open": "opening", "write": "writing to", "sync": "syncing"}.get(moment.call)
    if moment.call in {"clear", "delete"}:
        return "the files of a failed attempt are deleted"
    if "_manifest.json" in moment.path:
        what = "the manifest"
    elif moment.path.startswith("models/"):
        what = "a file of the bundle"
    else:
        what = "a part"
    if ".quarantine/" in moment.path:
        what += " of the bad rows"
    return f"{verb} {what}" if verb else what
