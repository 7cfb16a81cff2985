"""What this plugin registers; light, imported to list."""

from __future__ import annotations

from headrace import GraphSpec, hookimpl

__all__ = ["headrace_register_pipelines"]


@hookimpl
def headrace_register_pipelines() -> list[GraphSpec]:
    """Register the pipeline."""
    return [
        GraphSpec(
            name="delays",
            summary="Low, middle and high arrival delays by origin and wind.",
            load="headrace_delays.pipeline:run_delays",
            params="headrace_delays.params:DelaysParams",
            adds=("delays_low", "delays_middle", "delays_high"),
            modes=("train", "score"),
        )
    ]
