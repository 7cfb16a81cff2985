import json
from dataclasses import dataclass

import pytest

from headrace.contracts.digests import sha256
from headrace.contracts.manifest import FileEntry
from headrace.errors import DataError, ModelError
from headrace.models import FitResult, UpdatableFit
from headrace.models.training import FinishFit
from headrace.models.updatable import BaseSums


@dataclass(frozen=True)
class Number:
    value: int

    def predict(self, features):
        raise NotImplementedError

    def state(self):
        return {"number.json": json.dumps(self.value).encode()}

    @classmethod
    def from_state(cls, state):
        return cls(json.loads(state["number.json"]))


class Totals(UpdatableFit):
    """Predicts the total of whole numbers."""

    def zero(self):
        return 0

    def add(self, state, item):
        return state + item

    def merge(self, left, right):
        return left + right

    def subtract(self, left, right):
        if right > left:
            raise DataError("too much")
        return left - right

    def dump(self, states):
        return {"totals.json": json.dumps({k: v for k, v in sorted(states.items()) if v}).encode()}

    def load(self, files):
        return {int(fold): total for fold, total in json.loads(files["totals.json"]).items()}

    def finish(self, state):
        return FitResult(Number(state))

    def measure(self, model, state):  # noqa: ARG002 - the interface
        return {}


@pytest.fixture
def base(tmp_path):
    """Return a function that keeps totals by fold as a model does."""

    def base(totals, *, remove=False):
        (data,) = Totals().dump(totals).values()
        place = tmp_path / "sums" / "totals.json"
        place.parent.mkdir(exist_ok=True)
        place.write_bytes(data)
        entry = FileEntry(path="sums/totals.json", size=len(data), sha256=sha256(data))
        return BaseSums(str(tmp_path), (entry,), remove)

    return base


def numbers_in(files):
    return {path: json.loads(data) for path, data in files.items() if path != "fit.json"}


def test_a_fit_keeps_its_sums_if_asked_to():
    assert "sums/totals.json" not in FinishFit(Totals(), 2)({0: 3, 1: 4})
    files = FinishFit(Totals(), 2, keep_sums=True)({0: 3, 1: 4})
    assert numbers_in(files) == {
        "model/number.json": 7,
        "folds/0/number.json": 4,
        "folds/1/number.json": 3,
        "sums/totals.json": {"0": 3, "1": 4},
    }


def test_rows_are_added_to_those_of_the_base(base):
    files = FinishFit(Totals(), 2, keep_sums=True, base=base({0: 3, 1: 4}))({1: 10})
    assert files == FinishFit(Totals(), 2, keep_sums=True)({0: 3, 1: 14}) | {
        "fit.json": files["fit.json"]
    }


def test_rows_are_taken_out_and_a_fold_may_go_with_them(base):
    files = FinishFit(Totals(), 2, keep_sums=True, base=base({0: 3, 1: 4}, remove=True))({1: 4})
    assert numbers_in(files)["sums/totals.json"] == {"0": 3}
    assert numbers_in(files)["model/number.json"] == 3


def test_what_is_said_of_the_rows_is_of_those_of_the_run(base):
    alone = FinishFit(Totals(), 2, keep_sums=True)({1: 10})
    added = FinishFit(Totals(), 2, keep_sums=True, base=base({0: 3}))({1: 10})
    assert json.loads(alone["fit.json"])["sums"] == json.loads(added["fit.json"])["sums"]


def test_a_run_without_rows_gives_the_base_again(base):
    files = FinishFit(Totals(), 2, keep_sums=True, base=base({0: 3, 1: 4}))({})
    assert numbers_in(files)["sums/totals.json"] == {"0": 3, "1": 4}


def test_a_base_of_which_nothing_is_left_is_no_training(base):
    with pytest.raises(DataError, match="There are no training rows"):
        FinishFit(Totals(), 2, base=base({0: 3}, remove=True))({0: 3})


def test_sums_are_verified_before_they_are_parsed(base, tmp_path):
    kept = base({0: 3})
    (tmp_path / "sums" / "totals.json").write_bytes(b'{"0":9}')
    with pytest.raises(ModelError, match="is not the one that was published"):
        FinishFit(Totals(), 2, base=kept)({0: 1})
