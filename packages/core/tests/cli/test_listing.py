import json

import pytest

from headrace.contracts.catalog import Catalog, CatalogPipeline

BROKEN = "raise ModuleNotFoundError('no module named lightgbm')"
GOOD = """
from headrace import PipelineSpec, hookimpl

@hookimpl
def headrace_register_pipelines():
    params = "headrace_shift.params:ShiftParams"
    return [PipelineSpec("other", "Another.", load="x:X", params=params)]
"""


def test_a_list_says_what_each_pipeline_does_and_where_it_comes_from(headrace):
    ended = headrace("list")
    line = next(line for line in ended.out.splitlines() if line.startswith(" shift "))
    assert ended.code == 0
    assert "The sum of the features and a constant." in line
    assert line.split()[-5:] == ["train,", "score,", "evaluate", "headrace-shift", "1.0"]
    assert "headrace describe PIPELINE" in ended.out


def test_a_list_as_json_has_the_same(headrace):
    entries = json.loads(headrace("list", "--json").out)
    (entry,) = [entry for entry in entries if entry["name"] == "shift"]
    assert entry == {
        "name": "shift",
        "summary": "The sum of the features and a constant.",
        "modes": ["train", "score", "evaluate"],
        "distribution": "headrace-shift",
        "version": "1.0",
    }


def test_a_description_tells_each_param_with_type_default_and_meaning(headrace):
    ended = headrace("describe", "shift")
    params = ended.out.partition("Columns it needs")[0]
    lines = {line.split()[0]: line for line in params.splitlines() if line.strip()}
    assert ended.code == 0
    assert "list of string" in lines["features"]
    assert "(required)" in lines["features"]
    assert "Columns the model reads, in this order." in lines["features"]
    assert "number [0, 1)" in lines["holdout"]
    assert "0.2" in lines["holdout"]
    assert "integer [0, 4294967296)" in lines["seed"]
    assert "mean | none" in lines["average"]
    assert "string or none" in lines["weight"]
    assert "mapping of name to list of transform" in lines["transforms"]
    assert "number or boolean; null = unlabelled" in ended.out
    assert "Columns that scoring adds: shift_prediction" in ended.out
    assert "bucketize, calendar, clip, drop, hash, impute" in ended.out


def test_a_description_as_json_is_a_part_of_the_catalog(headrace):
    described = CatalogPipeline.model_validate_json(headrace("describe", "shift", "--json").out)
    catalog = Catalog.model_validate_json(headrace("catalog").out)
    assert catalog.pipelines["shift"] == described
    assert described.plugin == "shift"
    assert described.params["properties"]["average"]["enum"] == ["mean", "none"]


def test_the_catalog_is_json_with_the_option_and_without(headrace):
    catalog = Catalog.model_validate_json(headrace("catalog", "--json").out)
    assert headrace("catalog").out == headrace("catalog", "--json").out
    assert catalog.plugins["shift"].distribution == "headrace-shift"
    assert {"calendar", "impute", "one_hot"} <= set(catalog.transforms)


def test_the_catalog_says_of_which_image_it_is(headrace, monkeypatch):
    assert Catalog.model_validate_json(headrace("catalog").out).image == ""
    image = "registry.example/p@sha256:" + "0" * 64
    monkeypatch.setenv("HEADRACE_IMAGE", image)
    assert Catalog.model_validate_json(headrace("catalog").out).image == image


def test_versions_name_the_distributions_of_all_plugins(headrace):
    ended = headrace("--version")
    assert ended.code == 0
    assert ended.out.startswith("headrace ")
    assert "headrace-shift 1.0" in ended.out.splitlines()


@pytest.mark.parametrize("command", [("list",), ("catalog",), ("list", "--json")])
def test_a_broken_plugin_is_a_warning_and_the_others_go_on(headrace, install_plugin, command):
    install_plugin("broken", BROKEN)
    ended = headrace(*command)
    assert ended.code == 0
    assert "shift" in ended.out
    assert ended.err.startswith(
        "warning: Plugin 'broken' fails to import: ModuleNotFoundError: no module named lightgbm"
    )
    assert "HEADRACE_DISABLE_PLUGINS=broken" in ended.err


def test_a_pipeline_that_is_missing_may_be_in_a_broken_plugin(headrace, install_plugin):
    install_plugin("broken", BROKEN)
    ended = headrace("describe", "boosted")
    assert ended.code == 2
    assert "No pipeline is named 'boosted'" in ended.err
    assert "Plugin 'broken' fails to import" in ended.err


def test_plugins_are_switched_off_by_name(headrace, install_plugin, monkeypatch):
    install_plugin("broken", BROKEN)
    install_plugin("other", GOOD)
    monkeypatch.setenv("HEADRACE_DISABLE_PLUGINS", "broken, shift")
    ended = headrace("list")
    assert "broken" not in ended.err
    assert "other" in ended.out
    assert "shift" not in ended.out


def test_a_pipeline_whose_params_cannot_be_imported_is_a_fault_of_its_plugin(
    headrace, install_plugin
):
    install_plugin("other", GOOD.replace("headrace_shift.params", "headrace_absent.params"))
    ended = headrace("describe", "other")
    assert ended.code == 3
    assert "Plugin 'other' cannot load 'headrace_absent.params:ShiftParams'" in ended.err
    assert headrace("catalog").code == 3  # rather than a catalog that lacks what is installed
    assert headrace("describe", "shift").code == 0


def test_did_you_mean_a_pipeline(headrace):
    ended = headrace("describe", "shfit")
    assert ended.code == 2
    assert ended.err.startswith("error: No pipeline is named 'shfit'\n  where: installed: ")
    assert "fix:   did you mean 'shift'?" in ended.err


def test_did_you_mean_a_command(headrace):
    ended = headrace("describ", "shift")
    assert ended.code == 2
    assert "Did you mean 'describe'?" in ended.err


@pytest.mark.parametrize("command", [("--help",), ("describe", "shift"), ("describe", "shfit")])
def test_pipes_get_no_escape_codes(headrace_process, command):
    for environment in ({}, {"NO_COLOR": "1"}):
        ended = headrace_process(*command, **environment)
        assert "\x1b" not in ended.out + ended.err


def test_help_of_every_command_says_what_it_is_for(headrace):
    for command in ("list", "describe", "catalog", "train", "score", "evaluate", "models"):
        ended = headrace(command, "--help")
        assert ended.code == 0
        assert f"Usage: headrace {command}" in ended.out
