"""Inputs that params name: found as --input is, and part of the request by what they hold."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from headrace.contracts.params import InputUri, Params, SupervisedParams, input_params
from headrace.contracts.request import Request
from headrace.plugins.manager import discover
from headrace.runtime.check import check_request

GRAPHS = Path(__file__).parents[1] / "graphs"


@pytest.fixture
def check(monkeypatch, tmp_path):
    monkeypatch.syspath_prepend(GRAPHS)
    (tmp_path / "lines.txt").write_text("1 a\n")
    root = tmp_path / "root"

    def checked(values):
        request = Request(
            pipeline="join",
            mode="score",
            input=str(tmp_path / "lines.txt"),
            output="o",
            root=str(root),
            params={"values": values},
        )
        return check_request(request, discover(), datetime.now(UTC))

    return checked


def test_a_dataset_of_ours_counts_by_what_it_holds_not_by_its_name(check, publish, tmp_path):
    values = tmp_path / "root/datasets/values"
    publish(values, "v1", files={"part-00000.parquet": b"1"})
    by_version, by_alias = check("values@v1"), check("values@latest")
    assert by_alias.inputs["values"].resolved == f"{values}@v1"
    assert by_alias.digest == by_version.digest
    publish(values, "v2", files={"part-00000.parquet": b"2"}, minutes=1)
    assert check("values@latest").inputs["values"].resolved == f"{values}@v2"
    assert check("values@latest").digest != by_version.digest


def test_only_params_of_the_type_are_inputs():
    class Some(Params):
        first: InputUri
        second: InputUri | None = None
        third: str = ""

    assert input_params(Some) == ("first", "second")
    assert input_params(SupervisedParams) == ()
