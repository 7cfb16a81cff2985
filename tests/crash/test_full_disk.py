"""A disk that is full: nothing is published, the message says why, and with room it goes on."""

import os
import shutil
import subprocess
import sys

import pytest
from harness.judge import check_state, judge
from harness.place import COMMANDS
from harness.reader import look

ROOM = [3, 12, 24, 40]  # 4-KiB pages that are free on the disk
LIMITS = [200, 2_000, 6_000]  # bytes of the largest file
PUBLISHING = COMMANDS[:2]


@pytest.fixture
def disk(tmp_path):
    """Return a function that gives a folder on a disk of its own, and one that resizes it."""
    if not sys.platform.startswith("linux") or os.geteuid() != 0:
        pytest.skip("only root on Linux can mount a small disk")
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=64m", "tmpfs", folder]
    mounted = subprocess.run(mount, capture_output=True, text=True, check=False)
    if mounted.returncode:
        pytest.skip(f"no small disk can be mounted here: {mounted.stderr.strip()}")

    def resize(size):
        subprocess.run(["mount", "-o", f"remount,size={size}", folder], check=True)

    yield folder, resize
    subprocess.run(["umount", "--lazy", folder], check=True)


def used(folder):
    state = os.statvfs(folder)
    return (state.f_blocks - state.f_bfree) * state.f_frsize


@pytest.mark.parametrize("command", PUBLISHING, ids=lambda command: command.name)
def test_a_run_on_a_full_disk_is_exit_75_and_goes_on_when_there_is_room(
    pool, place, disk, tmp_path, command
):
    folder, resize = disk
    codes = []
    for room in ROOM:
        here = tmp_path / f"run-{room}"
        here.mkdir()
        root = folder / "root"
        resize("64m")
        shutil.rmtree(root, ignore_errors=True)
        shutil.copytree(place.folder / "root", root, copy_function=shutil.copy2)
        shutil.copytree(place.folder / "data", here / "data", copy_function=shutil.copy2)
        (here / "root").symlink_to(root)
        resize(used(folder) + room * 4096)
        with pool.one() as runs:
            ended = runs.run(here, *command.argv)
            codes.append(ended.code)
            is_new = check_state(place, command, look(root))
            assert is_new == (ended.code == 0), ended.err
            if ended.code:
                assert ended.code == 75, ended.err
                assert "Cannot write: No space left on device" in ended.err
                assert "Traceback" not in ended.err
            resize("64m")
            judge(place, command, here, lambda: runs.run(here, *command.argv))  # noqa: B023
    assert 75 in codes, "the disk was never full"


@pytest.mark.parametrize("limit", LIMITS)
@pytest.mark.parametrize("command", PUBLISHING, ids=lambda command: command.name)
def test_a_file_that_may_not_grow_is_said_to_be_too_large(pool, place, tmp_path, command, limit):
    folder = place.copy(tmp_path / "place")
    with pool.one() as runs:
        ended = runs.run(folder, *command.argv, limit=limit)
        is_new = check_state(place, command, look(folder / "root"))
        assert is_new == (ended.code == 0), ended.err
        if ended.code:
            assert ended.code == 2, ended.err
            assert "error: Cannot write there: File too large" in ended.err
            assert "Traceback" not in ended.err
        judge(place, command, folder, lambda: runs.run(folder, *command.argv))
