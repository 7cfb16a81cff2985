import json
import math
from dataclasses import dataclass

import pytest

from headrace.errors import DataError
from headrace.models import FitResult, FoldedFit
from headrace.models.folded_fit import mean_and_spread
from headrace.models.training import FinishFit


@dataclass(frozen=True)
class Number:
    value: float

    def predict(self, features):
        raise NotImplementedError

    def state(self):
        return {"number.json": json.dumps(self.value).encode()}

    @classmethod
    def from_state(cls, state):
        return cls(json.loads(state["number.json"]))


class Totals(FoldedFit):
    """Predicts the total; measures by how far the total of a state is from it."""

    def __init__(self, offset=None):
        self.offset = offset

    def zero(self):
        return 0.0

    def add(self, state, item):
        return state + item

    def merge(self, left, right):
        return left + right

    def settled(self, folds, rests):
        assert folds.keys() <= rests.keys()
        return Totals(offset=len(folds))

    def finish(self, state):
        if state > 100:
            raise DataError("too much")
        return FitResult(Number(state + self.offset), ("a warning",))

    def finish_fold(self, state):
        return Number(-self.finish(state).model.value)

    def measure(self, model, state):
        return {"error": state + model.value} if state else {}


def test_settings_are_chosen_before_models_are_finished_and_folds_are_measured():
    files = FinishFit(Totals(), 3)({0: 1.0, 1: 2.0, 2: 4.0})
    assert json.loads(files["model/number.json"]) == 7 + 3
    assert [json.loads(files[f"folds/{fold}/number.json"]) for fold in range(3)] == [-9, -8, -6]
    said = json.loads(files["fit.json"])
    assert said["warnings"] == ["a warning"]
    errors = [1 - 9, 2 - 8, 4 - 6]
    mean = sum(errors) / 3
    assert said["metrics"] == {
        "cross_validation": {
            "error": pytest.approx(mean),
            "error_std": pytest.approx(math.sqrt(sum((e - mean) ** 2 for e in errors) / 2)),
        }
    }


def test_a_fold_without_rows_is_not_measured():
    said = json.loads(FinishFit(Totals(), 3)({0: 1.0, 2: 4.0})["fit.json"])
    assert said["n_folds"] == 3
    assert said["metrics"]["cross_validation"]["error"] == (1 - 6 + 4 - 3) / 2


def test_folds_that_cannot_be_fitted_have_no_metrics():
    said = json.loads(FinishFit(Totals(), 2)({0: -60.0, 1: 130.0})["fit.json"])
    assert said["n_folds"] == 0
    assert said["metrics"] == {}
    assert "no fold models, for one cannot be fitted: too much" in said["warnings"]


@pytest.mark.parametrize(
    "measured", [[], [{"a": 1.0}], [{"a": 1.0}, {}], [{}, {"a": 1.0}]], ids=str
)
def test_a_metric_of_one_fold_only_has_no_spread(measured):
    assert mean_and_spread(measured) == {}
