"""The contract of a pipeline with a graph of its own, as a class to derive from."""

from __future__ import annotations

from headrace.testing.checks import GraphChecks

__all__ = ["GraphContract"]


class GraphContract(GraphChecks):
    """What every pipeline with a graph of its own promises to those who run it.

    Derive a class from it whose name begins with ``Test``. pytest does the rest with:

    pipeline : str
        Name of the pipeline, as users type it.
    input_files : class method
        The input's files, by name; a few small ones, with some bad rows.
    further_inputs : class method, optional
        Files of each param of type ``InputUri``.
    train_params, score_params : mapping, optional
        Other params.
    """
