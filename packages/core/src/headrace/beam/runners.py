"""Runners by name; the in-process one is named, never a default that may change."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Annotated, Protocol

import apache_beam as beam
from apache_beam.options.pipeline_options import PipelineOptions
from apache_beam.runners.portability.fn_api_runner import FnApiRunner
from pydantic import Field, ValidationError

from headrace.beam import coder
from headrace.contracts.params import Params
from headrace.errors import RequestError, raise_all
from headrace.machine import usable_cores
from headrace.plugins.faults import setting_faults
from headrace.plugins.suggest import suggestion

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from pydantic import JsonValue

__all__ = ["InProcessOptions", "InProcessRunner", "Runner", "make_runner"]


class Runner(Protocol):
    """Runs graphs until they are done."""

    def run(self, graph: Callable[[beam.Pipeline], None]) -> None:
        """Build a Beam pipeline by ``graph``, run it and wait for its end."""
        ...


class InProcessOptions(Params):
    """Options of the in-process runner."""

    workers: Annotated[int, Field(ge=1, le=256)] | None = None
    """Threads that work on shards side by side; by default the number of usable cores."""


class InProcessRunner:
    """Beam's FnApiRunner in this process, with a thread a core."""

    def __init__(self, options: InProcessOptions) -> None:
        self._workers = options.workers or usable_cores()
        coder.register()
        for name in ("apache_beam.utils.interactive_utils", "apache_beam.typehints"):
            logging.getLogger(name).setLevel(logging.ERROR)

    def run(self, graph: Callable[[beam.Pipeline], None]) -> None:
        """Build a Beam pipeline by ``graph``, run it and wait for its end."""
        options = PipelineOptions(
            flags=[],  # by default Beam reads the command line, which is ours
            direct_num_workers=self._workers,
            direct_running_mode="multi_threading",
        )
        pipeline = beam.Pipeline(runner=FnApiRunner(), options=options)
        graph(pipeline)
        pipeline.run().wait_until_finish()


def make_runner(name: str, options: Mapping[str, JsonValue]) -> Runner:
    """Return the runner of a name.

    Raises
    ------
    RequestError
        There is no such runner, or an option is not one of its own.
    """
    if name != "in-process":
        raise RequestError(
            f"No runner is named '{name}'",
            where="--runner; there is: in-process",
            fix=suggestion(name, ["in-process"]) or "leave the option out",
        )
    try:
        return InProcessRunner(InProcessOptions.model_validate(options))
    except ValidationError as error:
        raise_all(
            setting_faults(error, "option", InProcessOptions.model_fields, "--runner-options")
        )
        raise
