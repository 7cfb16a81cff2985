"""A step's arguments: the entrypoint's own command line, as its help describes it.

They are complete in themselves. Params travel as ``--set NAME=VALUE``, so that they mean the same
in a pod that has none of the flow's files.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from headrace_orchestration.flow import ScoreStep, TrainStep

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from pydantic import JsonValue

    from headrace_orchestration.flow import Step

__all__ = ["step_arguments", "write_value"]

_UNPRINTABLE = re.compile("[\x7f-\x9f\ufeff\ufffe\uffff]")


def step_arguments(
    step: Step,
    resolved: Callable[[str], str],
    uri: str,
    version: str,
    params: Mapping[str, JsonValue],
) -> tuple[str, ...]:
    """Return the arguments that run a step.

    Parameters
    ----------
    step : Step
        What the flow says.
    resolved : callable
        Replaces the references in a text.
    uri, version : str
        What the step publishes.
    params : mapping
        Resolved.
    """
    argv = [step.mode, step.pipeline, "--input", resolved(step.input)]
    if isinstance(step, TrainStep):
        argv += ["--model", uri]
    else:
        argv += ["--model", resolved(step.model)] if step.model else []
        argv += ["--output", uri]
        argv += [part for name in step.allow_chain for part in ("--allow-chain", name)]
    argv += ["--version", version]
    for name, value in params.items():
        argv += ["--set", f"{name}={write_value(value)}"]
    if isinstance(step, ScoreStep):
        argv += ["--out-of-fold"] if step.out_of_fold else []
        argv += ["--keep", ",".join(step.keep)] if step.keep else []
        argv += ["--prediction", step.prediction] if step.prediction else []
        argv += ["--interval", f"{step.interval}"] if step.interval is not None else []
    argv += ["--where", resolved(step.where)] if step.where else []
    argv += ["--max-bad", f"{step.max_bad}"] if step.max_bad is not None else []
    return (*argv, "--json")


def write_value(value: JsonValue) -> str:
    """Return a value as a text that JSON and YAML 1.1, which ``--set`` reads, take for the same."""
    match value:
        case dict():
            items = (f"{write_value(key)}: {write_value(item)}" for key, item in value.items())
            return "{" + ", ".join(items) + "}"
        case list():
            return "[" + ", ".join(map(write_value, value)) + "]"
        case float():
            # YAML 1.1 takes 1e-05 for text.
            text = repr(value)
            return text if "." in text else text.replace("e", ".0e")
        case str():
            text = json.dumps(value, ensure_ascii=False)
            return _UNPRINTABLE.sub(lambda found: f"\\u{ord(found[0]):04x}", text)
        case _:
            return json.dumps(value)
