"""Params that break a promise; light."""

from pydantic import ConfigDict, field_serializer

from headrace.contracts.params import SupervisedParams


class RoundedParams(SupervisedParams):
    alpha: float = 0.125
    """A number that is written with one digit."""

    @field_serializer("alpha")
    def _rounded(self, alpha):
        return round(alpha, 1)


class SilentParams(SupervisedParams):
    alpha: float = 0.125


class ChangingParams(SupervisedParams):
    model_config = ConfigDict(frozen=False)


class LenientParams(SupervisedParams):
    model_config = ConfigDict(extra="ignore")
