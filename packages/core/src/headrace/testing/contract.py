"""The contract of a pipeline, as a class to derive from."""

from __future__ import annotations

from headrace.testing.checks import (
    BatchingChecks,
    EmptyChecks,
    FoldChecks,
    IntervalChecks,
    LightnessChecks,
    MissingChecks,
    OrderChecks,
    ParamsChecks,
    RegistrationChecks,
    StateChecks,
    TargetChecks,
)

__all__ = ["PipelineContract"]


class PipelineContract(
    RegistrationChecks,
    ParamsChecks,
    LightnessChecks,
    BatchingChecks,
    TargetChecks,
    StateChecks,
    MissingChecks,
    EmptyChecks,
    FoldChecks,
    IntervalChecks,
    OrderChecks,
):
    """What every pipeline promises to those who run it.

    Derive a class from it whose name begins with ``Test``, and set ``pipeline`` to the name of an
    installed pipeline; pytest does the rest. The other attributes are optional:

    pipeline : str
        Name of the pipeline, as users type it.
    params : mapping, optional
        Params on top of those that fit the sample data (`headrace.testing.sample_params`). Choose
        a small fit: the contract trains some five times.
    task : {"regression", "binary"}
        Which sample data to train on.
    order_free : bool
        True if the fit promises the same model for any order of the training rows.

    Override the class method ``sample`` to bring a table of your own.
    """
