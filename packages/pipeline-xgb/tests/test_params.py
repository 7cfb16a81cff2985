import re
from pathlib import Path

import pytest
from pydantic import ValidationError

from headrace_xgb.params import XgbParams

README = Path(__file__).parents[1] / "README.md"


def test_the_defaults_are_those_of_xgboost():
    defaults = XgbParams(features=["x"], target="y", holdout=0)
    assert (defaults.objective, defaults.rounds, defaults.max_depth) == ("regression", 100, 6)
    assert (defaults.learning_rate, defaults.min_child_weight, defaults.max_bins) == (0.3, 1, 256)
    assert (defaults.subsample, defaults.colsample, defaults.l1, defaults.l2) == (1, 1, 0, 1)


def test_no_fold_models_unless_asked_for(params):
    assert params().folds == 0


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("objective", "ranking", "'regression' or 'binary'"),
        ("rounds", 0, "greater than or equal to 1"),
        ("max_depth", 0, "greater than or equal to 1"),
        ("max_depth", 33, "less than or equal to 32"),
        ("learning_rate", 0, "greater than 0"),
        ("learning_rate", 1.5, "less than or equal to 1"),
        ("min_child_weight", -1, "greater than or equal to 0"),
        ("subsample", 0, "greater than 0"),
        ("colsample", 1.1, "less than or equal to 1"),
        ("l1", float("inf"), "finite number"),
        ("l2", -0.5, "greater than or equal to 0"),
        ("max_bins", 1, "greater than or equal to 2"),
        ("folds", 1, "folds is 1; wanted 0, or 2 and more"),
        ("eta", 0.1, "Extra inputs are not permitted"),
    ],
)
def test_a_param_out_of_bounds_is_refused(params, name, value, message):
    with pytest.raises(ValidationError, match=re.escape(message)):
        params(**{name: value, "key": ["id"]})


def test_every_param_has_a_description():
    assert [name for name, field in XgbParams.model_fields.items() if not field.description] == []


def test_the_readme_lists_all_params_with_their_defaults():
    listed = dict(re.findall(r"^\| `(\w+)` \| `?(.*?)`? \|", README.read_text(), re.MULTILINE))
    empty = {None: "none", (): "[]"}
    assert listed == {
        name: "required"
        if field.is_required()
        else "{}"
        if field.default == {}
        else empty.get(field.default, str(field.default))
        for name, field in XgbParams.model_fields.items()
    }
