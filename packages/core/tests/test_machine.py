import os

import pytest

from headrace import machine


@pytest.fixture
def group(monkeypatch, tmp_path):
    def write(**files):
        for name, text in files.items():
            (tmp_path / name.replace("_", ".", 1)).write_text(text)
        paths = (str(tmp_path / "cpu.max"), str(tmp_path / "cpu.cfs_quota_us"))
        monkeypatch.setattr(machine, "_CGROUP_FILES", paths)

    monkeypatch.setattr(os, "sched_getaffinity", lambda _: range(8), raising=False)
    return write


def test_without_a_quota_all_cores_of_the_process_are_usable(group):
    group()
    assert machine.usable_cores() == 8


@pytest.mark.parametrize(
    ("text", "cores"), [("max 100000", 8), ("250000 100000", 3), ("10000 100000", 1)]
)
def test_a_quota_of_version_2_bounds_them(group, text, cores):
    group(cpu_max=text)
    assert machine.usable_cores() == cores


@pytest.mark.parametrize(("quota", "cores"), [("-1", 8), ("200000", 2)])
def test_a_quota_of_version_1_bounds_them(group, quota, cores):
    group(cpu_cfs_quota_us=quota, cpu_cfs_period_us="100000")
    assert machine.usable_cores() == cores


def test_here_there_is_at_least_one():
    assert machine.usable_cores() >= 1
