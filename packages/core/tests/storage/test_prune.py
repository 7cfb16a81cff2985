import os
from datetime import UTC, datetime, timedelta

import pytest

from headrace.contracts.manifest import FittedInput, InputEntry, ModelUse
from headrace.errors import DataError, ModelError
from headrace.storage import Versions
from headrace.storage.prune import Retention, carry_out, plan_prune
from headrace.storage.removal import remove_versions

NOW = datetime(2026, 1, 31, tzinfo=UTC)
NOTHING = Retention()
ALL = Retention(keep_last=0)


def used(manifest):
    return ModelUse(uri=manifest.address, digest=manifest.digest, pipeline=manifest.pipeline)


def read(manifest, *models):
    return InputEntry(
        uri=manifest.address,
        resolved=manifest.address,
        digest=manifest.digest,
        files=1,
        size=4,
        models=tuple(map(used, models)),
    )


@pytest.fixture
def root(tmp_path):
    return tmp_path / "root"


@pytest.fixture
def plan(root):
    """Return a function that tells what would become of each version, by its name."""

    def plan(retention, *names, kind="dataset", now=NOW):
        versions = [Versions(str(root / f"{kind}s" / name), kind) for name in names]
        return plan_prune(versions, str(root), retention, now)

    return plan


def stays(plan):
    return {
        verdict.address.rpartition("/")[2]: verdict.reason
        for verdict in plan.verdicts
        if verdict.reason
    }


def goes(plan):
    return [verdict.address.rpartition("/")[2] for verdict in plan.doomed]


@pytest.fixture
def daily(root, publish):
    """Publish four datasets, a day apart, the last one on the day before now."""
    for number in range(4):
        publish(root / "datasets/a", f"v{number}", minutes=(26 + number) * 1440)


def test_the_newest_stay_whatever_their_age(daily, plan):
    assert goes(plan(Retention(keep_last=2), "a")) == ["a@v1", "a@v0"]


def test_the_young_stay_whatever_their_number(daily, plan):
    young = Retention(older_than=timedelta(days=2))
    assert stays(plan(young, "a")) == {"a@v3": "not old enough", "a@v2": "not old enough"}


def test_of_two_rules_either_keeps(daily, plan):
    both = Retention(keep_last=1, older_than=timedelta(days=3))
    assert goes(plan(both, "a")) == ["a@v0"]


def test_without_a_rule_no_version_goes(daily, plan):
    assert goes(plan(NOTHING, "a")) == []


def test_what_an_alias_is_at_stays_and_what_it_was_at_does_not(daily, plan, root):
    aliases = Versions(str(root / "datasets/a"), "dataset").aliases
    aliases.move("published", "v0")
    aliases.move("published", "v1")
    aliases.move("good", "v1")
    assert stays(plan(ALL, "a")) == {"a@v1": "alias good, published"}


def test_what_went_into_others_stays_however_long_the_chain(root, publish, plan):
    lin = publish(root / "models/lin", "v1", kind="model")
    scored = publish(root / "datasets/scored", "v1", model=used(lin))
    trees = publish(root / "models/trees", "v1", kind="model", inputs=(read(scored, lin),))
    publish(root / "datasets/final", "v1", model=used(trees), inputs=(read(scored, lin),))
    publish(root / "models/lin", "v2", kind="model", minutes=1)
    assert stays(plan(ALL, "scored")) == {"scored@v1": "needed by datasets/final@v1"}
    lins = plan(ALL, "lin", kind="model")
    assert goes(lins) == ["lin@v2"]
    assert goes(plan(ALL, "final")) == ["final@v1"]
    carry_out(plan(ALL, "final"))
    carry_out(plan(ALL, "trees", kind="model"))
    assert goes(plan(ALL, "scored")) == ["scored@v1"]
    assert stays(plan(ALL, "lin", kind="model")) == {"lin@v1": "needed by datasets/scored@v1"}


def test_names_that_go_together_do_not_need_one_another(root, publish, plan):
    first = publish(root / "datasets/first", "v1")
    publish(root / "datasets/second", "v1", inputs=(read(first),))
    assert goes(plan(ALL, "first", "second")) == ["first@v1", "second@v1"]
    Versions(str(root / "datasets/second"), "dataset").aliases.move("published", "v1")
    assert stays(plan(ALL, "first", "second")) == {
        "first@v1": "needed by datasets/second@v1",
        "second@v1": "alias published",
    }


def test_a_root_that_was_copied_is_pruned_like_the_first(root, publish, plan, tmp_path):
    lin = publish(root / "models/lin", "v1", kind="model")
    publish(root / "datasets/scored", "v1", model=used(lin))
    root.rename(tmp_path / "moved")
    versions = Versions(str(tmp_path / "moved/models/lin"), "model")
    moved = plan_prune([versions], str(tmp_path / "moved"), ALL, NOW)
    assert stays(moved) == {"lin@v1": "needed by datasets/scored@v1"}


def test_nothing_is_decided_where_a_manifest_cannot_be_read(daily, root, publish, plan):
    publish(root / "models/lin", "v1", kind="model")
    (root / "models/lin/versions/v1/_manifest.json").write_text("{")
    with pytest.raises(ModelError, match="The manifest of version 'v1' is damaged"):
        plan(ALL, "a")


def test_a_name_that_is_not_there_is_an_error(daily, plan):
    with pytest.raises(DataError, match="There is no such dataset"):
        plan(ALL, "b")


def test_only_what_a_plan_says_is_deleted(daily, root, plan):
    versions = Versions(str(root / "datasets/a"), "dataset")
    decided = plan(Retention(keep_last=1), "a")
    versions.aliases.move("published", "v0")  # after the decision
    gone = carry_out(decided)
    assert [verdict.manifest.version for verdict in gone] == ["v1", "v2"]
    assert versions.names() == ("v0", "v3")


def touch(folder, age):
    """Write a file below a folder, that old."""
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / "part-00000.parquet"
    file.write_bytes(b"PAR1")
    time = (datetime.now(UTC) - age).timestamp()
    os.utime(file, (time, time))


DAY = timedelta(days=1)


def test_what_dead_runs_left_goes_and_what_live_runs_need_stays(daily, root, plan):
    folder = root / "datasets/a"
    touch(folder / "versions/v7", DAY * 1.1)
    touch(folder / "staging/v7/1a2b", DAY * 1.2)
    touch(folder / "versions/v8", DAY * 1.1)
    touch(folder / "staging/v8/1a2b", DAY * 0.9)  # under way, and slow
    touch(folder / "staging/v3/1a2b", DAY * 2)  # of a version that is published
    decided = plan(NOTHING, "a", now=datetime.now(UTC))
    assert sorted(found.path for found in decided.abandoned) == [
        "staging/v3/1a2b/",
        "staging/v7/1a2b/",
        "versions/v7/",
    ]
    carry_out(decided)
    left = sorted(path.relative_to(folder).as_posix() for path in folder.glob("*/*"))
    assert left == ["staging/v8", *(f"versions/v{number}" for number in (0, 1, 2, 3, 8))]


def test_of_runs_that_came_too_late_for_a_version_only_the_files_go(root, publish, plan):
    """Each run writes to a folder of its own; the manifest says whose is the version."""
    folder = root / "datasets/a/versions/v1"
    publish(root / "datasets/a", "v1", folder="aaaaaaaa")
    for run, age in (("aaaaaaaa", DAY * 3), ("bbbbbbbb", DAY * 2)):
        touch(folder / run, age)
    decided = plan(NOTHING, "a", now=datetime.now(UTC))
    assert [found.path for found in decided.abandoned] == ["versions/v1/bbbbbbbb/"]
    carry_out(decided)
    assert sorted(path.name for path in folder.iterdir() if path.is_dir()) == ["aaaaaaaa"]
    touch(folder / "cccccccc", DAY / 2)
    assert not plan(NOTHING, "a", now=datetime.now(UTC)).abandoned


def test_a_version_goes_without_the_files_of_a_run_that_makes_it_anew(root, publish, plan):
    publish(root / "datasets/a", "v1", folder="aaaaaaaa")
    folder = root / "datasets/a/versions/v1"
    for run in ("aaaaaaaa", "bbbbbbbb"):
        touch(folder / run, DAY * 3)
    versions = Versions(str(root / "datasets/a"), "dataset")
    assert remove_versions(versions, ["v1"]) == ("v1",)
    assert [path.name for path in folder.iterdir() if path.is_dir()] == ["bbbbbbbb"]


def test_a_version_that_is_being_made_once_more_stays(daily, root, plan):
    touch(root / "datasets/a/staging/v0/1a2b", timedelta(hours=1))
    kept = stays(plan(ALL, "a", now=datetime.now(UTC)))
    assert kept == {"a@v0": "a run of it is under way"}


def test_files_that_were_being_written_count_as_traces(root, plan, daily):
    """What obstore leaves of a write that was killed, its listings do not show."""
    folder = root / "datasets/a/versions/v7"
    touch(folder, timedelta(hours=1))
    (folder / "part-00000.parquet").rename(folder / "part-00000.parquet#1")
    assert not plan(NOTHING, "a", now=datetime.now(UTC)).abandoned
    touch(folder, DAY * 2)
    (folder / "part-00000.parquet").rename(folder / "part-00000.parquet#1")
    (found,) = plan(NOTHING, "a", now=datetime.now(UTC)).abandoned
    assert found.traces.size == 4


def test_a_prune_that_was_killed_is_finished_by_the_next(daily, root, plan):
    folder = root / "datasets/a"
    (folder / "versions/v0/_manifest.json").unlink()
    touch(folder / "versions/v0", DAY * 2)
    (found,) = plan(NOTHING, "a", now=datetime.now(UTC)).abandoned
    assert found.path == "versions/v0/"


def test_a_model_that_was_updated_is_not_needed_but_what_both_are_fitted_on_is(root, publish, plan):
    day = publish(root / "datasets/days", "v1")
    fitted = FittedInput(
        resolved=day.address, digest=day.digest, rows=1, files=(), where=None, sums=""
    )
    first = publish(root / "models/m", "v1", kind="model", fitted_on=(fitted,))
    publish(
        root / "models/m", "v2", kind="model", minutes=1, model=used(first), fitted_on=(fitted,)
    )
    assert goes(plan(Retention(keep_last=1), "m", kind="model")) == ["m@v1"]
    assert stays(plan(ALL, "days")) == {"days@v1": "needed by models/m@v1"}
