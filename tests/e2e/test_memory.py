"""Peak memory does not grow with the rows."""

import json
import os
import subprocess
import sys

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

N_FILES = 4
N_FEATURES = 4


def write(folder, rows_per_file):
    """Write files enough for every worker, each of one row group."""
    random = np.random.default_rng(1)
    folder.mkdir()
    for number in range(N_FILES):
        columns = {f"x{index}": random.random(rows_per_file) for index in range(N_FEATURES)}
        target = sum(columns.values()) + random.random(rows_per_file)
        first = number * rows_per_file
        table = pa.table({"id": np.arange(first, first + rows_per_file), **columns, "y": target})
        pq.write_table(table, folder / f"{number}.parquet", row_group_size=140_000)


def peak_memory(tmp_path, name, *arguments):
    """Run the entrypoint and return its peak memory in MiB, and its result."""
    command = [sys.executable, "-c", "from headrace.cli.app import main; main()", *arguments]
    with (tmp_path / f"{name}.json").open("w+") as stdout:
        process = subprocess.Popen([*command, "--json"], stdout=stdout, cwd=tmp_path)
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        assert process.returncode == 0
        stdout.seek(0)
        return usage.ru_maxrss / 1024, json.load(stdout)


@pytest.mark.skipif(not hasattr(os, "wait4"), reason="the system does not tell a process's memory")
def test_ten_times_the_rows_take_the_same_memory(tmp_path):
    small, large = 140_000, 1_400_000  # both fill whole batches and row groups
    write(tmp_path / "small", small)
    write(tmp_path / "large", large)
    settings = [
        *("--set=target=y", "--set=key=[id]", "--set=features=[x0,x1,x2,x3]"),
        "--set=transforms.x0=[standardize]",
    ]
    peaks = {}
    for name, rows in {"small": small, "large": large}.items():
        data = f"--input={tmp_path / name}"
        peaks[f"train {name}"], trained = peak_memory(
            tmp_path, f"train-{name}", "train", "linreg", data, f"--model={name}", *settings
        )
        assert trained["rows"]["read"] == rows * N_FILES
        peaks[f"score {name}"], scored = peak_memory(
            tmp_path,
            f"score-{name}",
            *("score", "linreg", data, f"--model={name}@latest", f"--output={name}"),
        )
        assert scored["rows"]["written"] == rows * N_FILES
    data_size = (
        large * N_FILES * (N_FEATURES + 2) * 8 / 2**20
    )  # MiB: what holding the rows would add
    for mode in ("train", "score"):
        growth = peaks[f"{mode} large"] - peaks[f"{mode} small"]
        assert growth < 0.25 * data_size, peaks
