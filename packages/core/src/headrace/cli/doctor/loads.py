"""Load all that plugins register, in a process of its own: a library that crashes ends only that.

Run as a program, this module reads what to load from stdin, loads it, and writes one line for each.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from typing import TYPE_CHECKING, Final, NamedTuple, TextIO

from headrace.cli.doctor.finding import Finding
from headrace.cli.session import Session
from headrace.errors import HeadraceError, PluginError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from headrace.plugins.manager import Plugins

__all__ = ["check_loads"]

_SECONDS: Final = 300


class _Item(NamedTuple):
    noun: str
    name: str


def check_loads(
    plugins: Plugins, environment: Mapping[str, str], *, is_light: bool
) -> Iterator[Finding]:
    """Load every pipeline with its params, every model type, transform and group of commands.

    Parameters
    ----------
    plugins : Plugins
    environment : mapping of str to str
    is_light : bool
        Whether this installation has no libraries to run pipelines, so that only commands load.
    """
    heavy = {
        "pipeline": plugins.pipelines,
        "model": plugins.models,
        "transform": plugins.transforms,
    }
    nouns = {**({} if is_light else heavy), "command": plugins.commands}
    waiting = [_Item(noun, name) for noun, names in nouns.items() for name in names]
    while waiting:
        answers, end = _load_in_child(waiting, environment)
        yield from (_finding(*pair) for pair in zip(waiting, answers, strict=False))
        waiting = waiting[len(answers) :]
        if waiting:
            yield _finding(waiting.pop(0), [f"Loading it {end}", "", "", PluginError.exit_code])


def _finding(item: _Item, answer: list[str | int] | None) -> Finding:
    name = f"{item.noun} {item.name}"
    if answer is None:
        return Finding("plugins", name, "loads")
    what, where, fix, exit_code = answer
    return Finding(
        "plugins",
        name,
        str(what),
        "problem",
        str(where),
        str(fix) or "reinstall the package that brings it, and the libraries it requires",
        int(exit_code),
    )


def _load_in_child(
    items: Sequence[_Item], environment: Mapping[str, str]
) -> tuple[list[list[str | int] | None], str]:
    """Return the answers that came, and how the process ended."""
    with subprocess.Popen(  # noqa: S603 - our own interpreter and module
        [sys.executable, "-P", "-m", __name__],
        env=dict(environment),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as child:
        try:
            printed, _ = child.communicate(json.dumps(items), timeout=_SECONDS)
            end = _end(child.returncode)
        except subprocess.TimeoutExpired:
            child.kill()
            printed, _ = child.communicate()
            end = f"takes more than {_SECONDS} seconds"
    return [json.loads(line) for line in printed.splitlines()], end


def _end(code: int) -> str:
    if code < 0:
        return f"crashes the process: {signal.Signals(-code).name}"
    return f"ends the process with exit code {code}"


def _load(plugins: Plugins, item: _Item) -> HeadraceError | None:
    try:
        match item.noun:
            case "pipeline":
                from headrace.plugins.catalog import catalog_pipeline

                catalog_pipeline(plugins, item.name)
                plugins.load_pipeline(item.name)
            case "model":
                plugins.load_model(item.name)
            case "transform":
                plugins.load_transform(item.name)
            case "command":
                plugins.load_command(item.name)
    except HeadraceError as error:
        return error
    except Exception as error:  # noqa: BLE001 - any failure is a finding
        return PluginError(f"{type(error).__name__}: {error}")
    return None


def _answer(items: Sequence[_Item], answers: TextIO) -> None:
    plugins = Session(os.environ).plugins
    for item in items:
        error = _load(plugins, item)
        line = None if error is None else [error.what, error.where, error.fix, error.exit_code]
        answers.write(json.dumps(line) + "\n")
        answers.flush()


if __name__ == "__main__":
    answers_only = os.fdopen(os.dup(sys.stdout.fileno()), "w", encoding="utf-8")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # what libraries print is no answer
    _answer([_Item(*pair) for pair in json.load(sys.stdin)], answers_only)
