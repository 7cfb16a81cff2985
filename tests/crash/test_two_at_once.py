"""Two runs at the same version: one of them publishes, and nobody damages what it has published."""

import json
import threading
import time

import pytest
from harness.place import COMMANDS, SCORE, TRAIN, outcome_of
from harness.reader import look

BY_NAME = {command.name: command for command in COMMANDS}
OTHERS = {  # of the same version, with files of the same names and other bytes
    "train": [*TRAIN, "--set", "features=[a]", "--version", "v2"],
    "score": [*SCORE, "--keep", "id", "--version", "v2"],
}


def first(moments, *paths):
    """Return the first moment at which a file of the version itself is about to be written."""
    return next(
        moment.at
        for moment in moments
        if moment.call in {"open", "put", "create"} and all(path in moment.path for path in paths)
    )


@pytest.mark.parametrize("name", OTHERS)
def test_of_two_identical_runs_one_publishes_and_the_other_says_the_same(
    pool, place, tmp_path, name
):
    folder = place.copy(tmp_path / "place")
    command = BY_NAME[name]

    def run(runs, number):
        mine = tmp_path / f"run-{number}"
        mine.mkdir()
        (mine / "data").symlink_to(folder / "data")
        (mine / "root").symlink_to(folder / "root")
        return runs.run(mine, *command.argv)

    ended = pool.map(run, range(4))
    assert [one.code for one in ended] == [0] * 4, [one.err for one in ended]
    assert {str(outcome_of(one)) for one in ended} == {str(place.outcomes[name])}
    assert len({one.out for one in ended}) == 1  # the manifest of the one that published
    where, version = command.address
    assert look(folder / "root").versions[where][version].digest == place.outcomes[name].digest


@pytest.mark.parametrize("path", ["versions/v2", "_manifest.json"])
@pytest.mark.parametrize("name", OTHERS)
def test_another_request_at_the_same_version_is_refused_and_damages_nothing(
    pool, place, tmp_path, name, path
):
    """It waits before its first file, or before its manifest, while the other one publishes."""
    folder = place.copy(tmp_path / "place")
    command = BY_NAME[name]
    where, version = command.address
    slow = tmp_path / "slow"
    slow.mkdir()
    for shared in ("data", "root"):
        (slow / shared).symlink_to(folder / shared)
    gate = tmp_path / "gate"
    at = first(place.moments[name], f"{where}/versions/{version}", path)
    late = []
    with pool.one() as one, pool.one() as other:
        fault = {"at": at, "when": "before", "until": str(gate)}
        thread = threading.Thread(
            target=lambda: late.append(one.run(slow, *OTHERS[name], fault=fault))
        )
        thread.start()
        try:
            while not (slow / "moments").exists():
                assert thread.is_alive()
                time.sleep(0.01)
            ended = other.run(folder, *command.argv)
        finally:
            gate.touch()
            thread.join()
    assert ended.code == 0, ended.err
    assert late[0].code == 2, late[0].err
    assert f"Version '{version}' is already published, by another request" in late[0].err
    seen = look(folder / "root").versions[where][version]
    assert seen.digest == place.outcomes[name].digest
    assert seen.model_dump_json() == json.dumps(json.loads(ended.out), separators=(",", ":"))
