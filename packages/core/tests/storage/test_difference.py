import pytest

from headrace.contracts.manifest import Column, InputEntry, ModelUse, Rows
from headrace.storage.difference import differences


@pytest.fixture
def two(make_manifest):
    """Return a function that makes two manifests which differ as the second's fields say."""

    def make(**fields):
        old = make_manifest("/root/models/price", "v1", kind="model")
        return old, old.model_copy(update={"version": "v2", **fields})

    return make


def found(pair):
    return {
        section: {change.what: (change.old, change.new) for change in changes}
        for section, changes in differences(*pair).items()
    }


def test_versions_that_are_made_alike_differ_in_nothing_but_their_metrics_are_shown(two):
    assert found(two()) == {"metrics": {"holdout rmse": (0.25, 0.25)}}


@pytest.mark.parametrize(
    ("fields", "section", "wanted"),
    [
        ({"params": {"features": ["x"]}}, "params", {"deep": ({"n": 1.5}, None)}),
        ({"rows": Rows(read=3, written=1)}, "rows", {"read": (1, 3)}),
        ({"columns": (Column(name="x", type="int64"),)}, "columns", {"x": (None, "int64")}),
        ({"versions": {"numpy": "2.4"}}, "versions", {"numpy": (None, "2.4")}),
        ({"seconds": 2.0}, "made by", {"seconds": (0.5, 2.0)}),
        ({"where": "x > 1"}, "made by", {"where": (None, "x > 1")}),
        (
            {"model": ModelUse(uri="/m@v1", digest="sha256:1", pipeline="linreg")},
            "models",
            {"linreg": (None, "/m@v1 sha256:1")},
        ),
        (
            {"inputs": (InputEntry(uri="a", resolved="a", digest="d", files=1, size=2),)},
            "inputs",
            {"1": (None, "a"), "1 digest": (None, "d"), "1 files": (None, 1), "1 bytes": (None, 2)},
        ),
    ],
)
def test_what_differs_is_told_with_both_values(two, fields, section, wanted):
    assert found(two(**fields))[section] == wanted


def test_metrics_have_a_difference_with_a_sign(two):
    ((change,),) = [
        changes
        for section, changes in differences(*two(metrics={"holdout": {"rmse": 0.5}})).items()
        if section == "metrics"
    ]
    assert change.delta == 0.25


def test_a_metric_that_only_one_has_is_told_without_a_difference(two):
    changes = differences(*two(metrics={"holdout": {"r2": 0.5}}))["metrics"]
    assert [(change.what, change.old, change.new, change.delta) for change in changes] == [
        ("holdout rmse", 0.25, None, None),
        ("holdout r2", None, 0.5, None),
    ]
