import pytest

from headrace.data.domain import Domain
from headrace.models.outcome import Outcome, outcome_of

POSITIVE = Domain(above=0.0)


@pytest.fixture
def outcome(chain):
    """Return a function that gives what may come out of transforms named with their options."""

    def of(*steps):
        transforms = [
            chain("x", None, name, **options).transforms[0]
            for step in steps
            for name, options in [step if isinstance(step, tuple) else (step, {})]
        ]
        return outcome_of(transforms)

    return of


IMPUTE = ("impute", {"strategy": "constant", "value": 3})


@pytest.mark.parametrize(
    ("steps", "wanted"),
    [
        ([], Outcome()),
        (["standardize"], Outcome()),
        (["ordinal"], Outcome(may_be_missing=True)),
        (["ordinal", "standardize"], Outcome(may_be_missing=True)),
        (["ordinal", IMPUTE], Outcome()),
        (["log"], Outcome(domain=POSITIVE)),
        (["log", "standardize"], Outcome(domain=POSITIVE)),
        ([IMPUTE, "log"], Outcome(domain=POSITIVE)),
        (["log", IMPUTE], Outcome()),
        (["log", "log"], Outcome(may_be_missing=True, domain=POSITIVE)),
        (["log", "log", IMPUTE], Outcome()),
        (["standardize", "log"], Outcome(may_be_missing=True)),
        ([("clip", {"low": 1e-3}), "log"], Outcome()),
        ([("clip", {"low": 0}), "log"], Outcome(may_be_missing=True)),
        ([("clip", {"low": 0}), ("log", {"form": "log1p"})], Outcome()),
        ([("clip", {"low": 1}), IMPUTE, "log"], Outcome(may_be_missing=True)),
        ([("clip", {"quantiles": [0.1, 0.9]}), "log"], Outcome(may_be_missing=True)),
        ([("min_max", {"clip": True, "low": 1, "high": 2}), "log"], Outcome()),
        ([("min_max", {"low": 1, "high": 2}), "log"], Outcome(may_be_missing=True)),
    ],
)
def test_what_may_come_out_of_transforms_one_after_the_other(outcome, steps, wanted):
    assert outcome(*steps) == wanted
