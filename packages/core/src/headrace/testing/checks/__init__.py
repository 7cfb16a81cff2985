"""The checks of the contract, a mixin class for each concept."""

from headrace.testing.checks.batching import BatchingChecks
from headrace.testing.checks.empty import EmptyChecks
from headrace.testing.checks.folds import FoldChecks
from headrace.testing.checks.graph import GraphChecks
from headrace.testing.checks.intervals import IntervalChecks
from headrace.testing.checks.lightness import LightnessChecks
from headrace.testing.checks.missing import MissingChecks
from headrace.testing.checks.order import OrderChecks
from headrace.testing.checks.params import ParamsChecks
from headrace.testing.checks.registration import RegistrationChecks
from headrace.testing.checks.state import StateChecks
from headrace.testing.checks.target import TargetChecks

__all__ = [
    "BatchingChecks",
    "EmptyChecks",
    "FoldChecks",
    "GraphChecks",
    "IntervalChecks",
    "LightnessChecks",
    "MissingChecks",
    "OrderChecks",
    "ParamsChecks",
    "RegistrationChecks",
    "StateChecks",
    "TargetChecks",
]
