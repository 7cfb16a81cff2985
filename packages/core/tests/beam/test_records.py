import json

import apache_beam as beam
import pytest

from headrace import errors
from headrace.beam.records import FAULT, REPORT, caught, fault_of, raise_first
from headrace.beam.report import run_pass
from headrace.beam.runners import InProcessOptions, InProcessRunner

KINDS = [
    errors.DataError,
    errors.ModelError,
    errors.PluginError,
    errors.RequestError,
    errors.TransientError,
]


class Fail(beam.DoFn):
    def process(self, element):
        return caught(self._fail(element))

    def _fail(self, element):
        yield element
        raise getattr(errors, element)("Something is 1; wanted 2", f"at {element}", "do that")


def test_faults_keep_type_and_text_on_their_way_through_workers(tmp_path):
    def build(root):
        elements = root | beam.Create([kind.__name__ for kind in KINDS]) | beam.Reshuffle()
        return ((elements | beam.ParDo(Fail()).with_outputs(REPORT, main="main"))[REPORT],)

    runner = InProcessRunner(InProcessOptions(workers=2))
    report = run_pass(runner, str(tmp_path), "test", build)
    assert len(report[FAULT]) == len(KINDS)
    for fault in report[FAULT]:
        kind = getattr(errors, fault["type"])
        with pytest.raises(kind) as caught_:
            raise_first([fault])
        assert type(caught_.value) is kind
        assert str(caught_.value) == str(
            kind("Something is 1; wanted 2", f"at {kind.__name__}", "do that")
        )


def test_the_first_of_several_faults_is_raised_with_their_number():
    faults = [
        fault_of(errors.DataError("The file cannot be read", where=where))
        for where in ("c.parquet", "a.parquet", "b.parquet", "a.parquet")
    ]
    with pytest.raises(errors.DataError, match=r"cannot be read \(and 2 more\)") as caught_:
        raise_first(json.loads(json.dumps(faults)))
    assert caught_.value.where == "a.parquet"


def test_no_fault_raises_nothing():
    raise_first([])


def test_a_bug_in_a_step_is_no_fault_of_the_user():
    def outputs():
        yield 1
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        list(caught(outputs()))
