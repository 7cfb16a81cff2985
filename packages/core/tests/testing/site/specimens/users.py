"""Pipelines whose params break a promise."""

from specimens.marginal import MarginalPipeline
from specimens.params import ChangingParams, LenientParams, RoundedParams, SilentParams


class RoundedPipeline(MarginalPipeline):
    params_type = RoundedParams


class SilentPipeline(MarginalPipeline):
    params_type = SilentParams


class ChangingPipeline(MarginalPipeline):
    params_type = ChangingParams


class LenientPipeline(MarginalPipeline):
    params_type = LenientParams


class OtherParamsPipeline(MarginalPipeline):
    """Has other params than its spec says."""

    params_type = RoundedParams
