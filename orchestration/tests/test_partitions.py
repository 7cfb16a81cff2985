"""Flows that are run once for each partition of their data."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headrace.contracts.references import is_version
from headrace.errors import RequestError
from headrace_orchestration.environment import Environment
from headrace_orchestration.load import load_flow, read_flow
from headrace_orchestration.partitions import ANY_PARTITION, Partitioning
from headrace_orchestration.plan import dataset_uri, plan_flow

FLOW = """\
version: headrace/v1
name: daily
partitions: {daily: {first: 2013-01-01, last: 2013-12-31}}
datasets:
  rows: {uri: "${env.root}/rows/month=${partition.month}/day=${partition.day}/*.parquet"}
steps:
  fit:
    pipeline: p
    mode: train
    input: "${datasets.rows}"
    where: "day == '${partition}'"
"""

times = st.datetimes(datetime(1971, 1, 1), datetime(2200, 1, 1))  # noqa: DTZ001


@pytest.fixture
def flow(write):
    return write(FLOW, "daily")


def plan(path, partition=None, run_key="k1"):
    return plan_flow(load_flow(path), Environment("/data"), run_key, partition=partition)


def test_the_partition_is_in_the_source_and_in_the_address(flow):
    planned = plan(flow, "2013-01-05", run_key="2013-01-05")
    (step,) = planned.steps
    assert planned.partition == "2013-01-05"
    assert step.input_uri == "/data/rows/month=01/day=05/*.parquet"
    assert step.address == "/data/models/daily.fit@2013-01-05"
    assert step.argv[step.argv.index("--where") + 1] == "day == '2013-01-05'"


def test_a_plan_of_no_partition_in_particular_has_globs(flow):
    (step,) = plan(flow, ANY_PARTITION).steps
    assert step.input_uri == "/data/rows/month=*/day=*/*.parquet"


def test_a_dataset_lies_where_the_flow_says(flow, flights):
    loaded, environment = load_flow(flow), Environment("/data")
    assert dataset_uri(loaded, environment, "rows") == "/data/rows/month=*/day=*/*.parquet"
    assert dataset_uri(loaded, environment, "rows", "2013-02-03").endswith(
        "month=02/day=03/*.parquet"
    )
    forecasts = dataset_uri(load_flow(flights), environment, "forecasts")
    assert forecasts == "/data/datasets/flights.score_xgb"


def test_a_run_without_its_partition_is_refused(flow):
    with pytest.raises(RequestError, match="Flow 'daily' has daily partitions; wanted one of them"):
        plan(flow)


def test_a_flow_without_partitions_takes_none(flights):
    with pytest.raises(RequestError, match="Flow 'flights' has no partitions, and was given '2013"):
        plan(flights, "2013-01-05")


@pytest.mark.parametrize(
    ("key", "said"),
    [
        ("2013-1-5", "'2013-1-5' is not a daily partition; wanted one like 2013-01-05"),
        ("2013-02-30", "is not a daily partition"),
        ("2012-12-31", "'2012-12-31' is before the first partition, '2013-01-01'"),
        ("2014-01-01", "'2014-01-01' is after the last partition, '2013-12-31'"),
        ("../../etc", "is not a daily partition"),
    ],
)
def test_another_partition_is_refused(flow, key, said):
    with pytest.raises(RequestError, match=re.escape(said)):
        plan(flow, key)


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        (
            "daily: {first: 2013-01-01, last: 2013-12-31}",
            "weekly: {}",
            "3: partitions.weekly: input should be 'hourly', 'daily' or 'monthly', got 'weekly'",
        ),
        (
            "first: 2013-01-01",
            "first: 2013-01",
            "3: partitions: '2013-01' is not a daily partition",
        ),
        ("first: 2013-01-01", "first: 2014-01-01", "3: partitions: the first partition, '2014-01-"),
        ("first: 2013-01-01", "frist: 2013-01-01", "unknown field 'frist'; did you mean 'first'?"),
        ("}}\ndatasets", "}, monthly: {}}\ndatasets", "3: partitions: dictionary should have at m"),
        ("partition.day}", "partition.dey}", "there is no part 'dey'; did you mean 'day'?"),
        (
            "partition.day}",
            "partition.hour}",
            "there is no part 'hour'; there are: year, month, day",
        ),
        (
            "partitions: {daily: {first: 2013-01-01, last: 2013-12-31}}\n",
            "",
            "${partition.month} has no meaning here: the flow has no 'partitions'",
        ),
    ],
)
def test_faults_are_told_at_their_line(write, old, new, fault):
    assert old in FLOW
    found = read_flow(write(FLOW.replace(old, new), "daily"))[1]
    assert any(fault in f"{each.line}: {each.message}" for each in found), found


def test_partitions_that_nothing_reads_are_a_fault(write):
    text = re.sub(r"month=.*day=\S+?/\*", "*", FLOW).replace(
        "    where: \"day == '${partition}'\"\n", ""
    )
    (fault,) = read_flow(write(text, "daily"))[1]
    assert str(fault).endswith(
        "daily.yaml:3: partitions: nothing has ${partition} in it: all partitions would be the same"
    )


@pytest.mark.parametrize(
    ("cadence", "text", "keys"),
    [
        ("daily", "2012-02-28..2012-03-01", ["2012-02-28", "2012-02-29", "2012-03-01"]),
        ("monthly", "2012-12..2013-02", ["2012-12", "2013-01", "2013-02"]),
        ("hourly", "2012-12-31T23..2013-01-01T00", ["2012-12-31T23", "2013-01-01T00"]),
        ("daily", "2013-01-05", ["2013-01-05"]),
    ],
)
def test_a_range_is_every_partition_from_the_first_to_the_last(cadence, text, keys):
    assert Partitioning(cadence).keys(text) == tuple(keys)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("2013-01-05..2013-01-04", "runs backwards"),
        ("2013-01-05..", "'' is not a daily partition"),
        ("1900-01-01..2100-01-01", "stands for more than 10,000 partitions"),
    ],
)
def test_a_range_that_is_none_is_refused(text, said):
    with pytest.raises(ValueError, match=said):
        Partitioning("daily").keys(text)


@given(times, st.integers(0, 100), st.sampled_from(["hourly", "daily", "monthly"]))
def test_a_range_has_each_key_once_in_order_and_each_may_be_a_version(first, days, cadence):
    partitioning = Partitioning(cadence)
    begin = first.replace(tzinfo=UTC)
    low, high = (at.strftime(partitioning.form) for at in (begin, begin + timedelta(days=days)))
    keys = partitioning.keys(f"{low}..{high}")
    assert keys == tuple(sorted(set(keys)))
    assert (keys[0], keys[-1]) == (low, high)
    assert all(map(is_version, keys))
    assert all(partitioning.check(key) == key for key in keys)
