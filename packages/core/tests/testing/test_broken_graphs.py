"""Every check of the contract of graphs fails on a pipeline that is broken in its way."""

import inspect
import re
from functools import cache, cached_property
from pathlib import Path

import pytest

from headrace.errors import HeadraceError
from headrace.testing import GraphContract
from headrace.testing.graph_setting import GraphTrial

_SITE = Path(__file__).parents[1] / "graphs"

_FAILS = [
    # pipeline, check, what it says
    ("plain", "test_the_plugin_registers_it_without_problems", "by a PipelineSpec; wanted a Graph"),
    ("heavy", "test_the_hooks_and_params_import_no_heavy_library", "joins.right imports apache_b"),
    ("silent", "test_every_param_is_described", "without a description: alpha"),
    ("lenient", "test_an_unknown_param_is_refused", "DID NOT RAISE"),
    ("clocked", "test_the_same_request_is_done_only_once", "published by another request"),
    (
        "unlinked",
        "test_further_inputs_are_found_by_their_params",
        r"gives files for \['values'\], but the params of type InputUri are \[\]",
    ),
    (
        "ordered",
        "test_another_run_gives_the_same_bytes",
        "other bytes are in part-0.*order of sets",
    ),
    ("ranked", "test_batches_of_any_size_give_the_same_bytes", "in batches of 3 rows, other bytes"),
    ("modest", "test_scoring_adds_the_columns_it_says", "does not say which columns scoring adds"),
    ("deaf", "test_bad_rows_are_counted", "no row was rejected to score"),
    ("tolerant", "test_nothing_is_published_of_what_is_no_input", "garbage as input is no error"),
    ("hasty", "test_nothing_is_published_of_what_is_no_input", "that fails has published"),
    ("pickled", "test_a_model_holds_no_code", "model.bin .*; save it in an open format"),
    ("rounded", "test_params_survive_json", "params change"),
]
_CHECKS = [name for name in dir(GraphContract) if name.startswith("test_")]


class Examination:
    """One pipeline, and single checks of its contract without a pytest session of their own."""

    def __init__(self, pipeline, folder):
        table = b"code,value\na,1\nb,2.5\nc,-3\n"
        lines = b"1 a\n2 b\nwhat\n3 c\n4 a\n5 b\n"
        files = {"one.txt": lines, "two.txt": lines.replace(b"a", b"c")}
        attributes = {
            "pipeline": pipeline,
            "input_files": classmethod(lambda _: files),
            "further_inputs": classmethod(lambda _: {"values": {"values.csv": table}}),
        }
        self.contract = type("Contract", (GraphContract,), attributes)
        self._folder = folder

    @cached_property
    def trial(self):
        return GraphTrial(self.contract.pipeline, self._folder)

    @cached_property
    def requests(self):
        return self.contract.run_all(self.trial)

    def failure(self, name):
        """Return what a check says when it fails, or an empty text if it does not."""
        check = getattr(self.contract(), name)
        with pytest.MonkeyPatch.context() as monkeypatch:
            own = {"monkeypatch": monkeypatch}
            wanted = inspect.signature(check).parameters
            given = {key: own[key] if key in own else getattr(self, key) for key in wanted}
            try:
                check(**given)
            except (AssertionError, pytest.fail.Exception, HeadraceError) as failure:
                return str(failure)
        return ""


@pytest.fixture(scope="module")
def examine(tmp_path_factory):
    @cache
    def examination(pipeline):
        return Examination(pipeline, tmp_path_factory.mktemp(pipeline))

    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(_SITE)
        yield examination


@pytest.mark.parametrize("check", _CHECKS)
def test_a_pipeline_that_is_right_passes(examine, check):
    assert examine("join").failure(check) == ""


@pytest.mark.parametrize(("pipeline", "check", "says"), _FAILS)
def test_the_check_fails_on_a_pipeline_that_is_broken_in_its_way(examine, pipeline, check, says):
    assert re.search(says, examine(f"join_{pipeline}").failure(check), re.DOTALL)


def test_every_check_has_a_pipeline_that_it_fails_on():
    assert {check for _, check, _ in _FAILS} == set(_CHECKS)
