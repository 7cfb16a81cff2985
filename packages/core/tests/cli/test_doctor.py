import json
import os
import stat
import sys
from importlib.metadata import entry_points, version
from pathlib import Path

import pytest

from headrace.cli.doctor import machine
from headrace.cli.doctor.machine import check_machine
from headrace.cli.doctor.memory import memory_limit
from headrace.cli.doctor.storage import check_storage
from headrace.storage.store import Store

OTHER = """
from headrace import ModelSpec, PipelineSpec, hookimpl

@hookimpl
def headrace_register_pipelines():
    return [
        PipelineSpec(
            "other",
            "Another.",
            load=__name__ + ":Other",
            params="headrace_shift.params:ShiftParams",
        )
    ]

@hookimpl
def headrace_register_models():
    return [ModelSpec("zero", load="headrace_shift.pipeline:ShiftModel")]

def __getattr__(name):
    if name.startswith("__"):
        raise AttributeError(name)
    import os, signal, sys
    """


@pytest.fixture
def install(install_plugin, tmp_path):
    """Return a function that installs the plugin 'other', whose class loads by some code."""

    def install_other(load="return object", requires=""):
        install_plugin("other", OTHER + load + "\n")
        with (tmp_path / "site/headrace_other-2.0.dist-info/METADATA").open("a") as metadata:
            metadata.write(requires)

    return install_other


@pytest.fixture(autouse=True)
def only_shift(installed, root, monkeypatch):
    """Switch off what else is installed: its faults are not those of this program."""
    names = entry_points(group="headrace").names - {"builtin", "shift"}
    monkeypatch.setenv("HEADRACE_DISABLE_PLUGINS", " ".join(names))
    return " ".join(names)


@pytest.fixture
def doctor(headrace):
    """Return a function that gives the exit code and the findings by name."""

    def call(*arguments):
        ended = headrace("doctor", "--json", *arguments)
        report = json.loads(ended.out)
        assert report["exit_code"] == ended.code
        return ended.code, {finding["name"]: finding for finding in report["findings"]}

    return call


def test_a_sound_installation_has_no_problem(doctor, root):
    code, findings = doctor()
    assert code == 0
    assert {finding["status"] for finding in findings.values()} == {"ok"}
    assert {finding["area"] for finding in findings.values()} == {
        "packages",
        "plugins",
        "storage",
        "machine",
    }
    assert sys.executable in findings["python"]["found"]
    assert findings["headrace"]["found"].startswith(version("headrace"))
    assert findings["headrace-shift"]["found"] == (
        f"1.0, no wheel, in {Path(__file__).parents[1] / 'installed'}"
    )
    for library in ("apache-beam", "numpy", "pyarrow"):
        assert findings[library]["found"] == version(library)
    assert findings["shift"]["found"] == "pipeline shift, shift_shards; model shift"
    assert findings["pipeline shift"]["found"] == "loads"
    assert findings["model shift"]["found"] == "loads"
    assert findings["transform one_hot"]["found"] == "loads"
    assert findings["root"]["found"].startswith(f"{root}: files can be created (once), read")


def test_nothing_is_left_where_nothing_was(doctor, root):
    assert doctor("--quick")[0] == 0
    assert not root.exists()
    root.mkdir()
    (root / "mine").touch()
    assert doctor("--quick", "--root", root / "a/b")[0] == 0
    assert [path.name for path in root.iterdir()] == ["mine"]


def test_a_terminal_gets_tables_and_then_what_is_wrong_with_its_fix(headrace, install):
    install("raise ValueError('no licence')")
    ended = headrace("doctor")
    titles = [line for line in ended.out.splitlines() if line.strip() in {"Packages", "Plugins"}]
    assert ended.code == 3
    assert ended.err == ""
    assert len(titles) == 2
    assert any(
        line.split() == ["ok", "pipeline", "shift", "loads"] for line in ended.out.split("\n")
    )
    assert "problem: pipeline other: Plugin 'other' cannot load 'other_of_" in ended.out
    assert ":Other': ValueError: no licence\n  where: plugin 'other'\n  fix:   repair" in ended.out
    assert ended.out.endswith("\n1 problem, 0 warnings\n")


@pytest.mark.parametrize(
    ("load", "found"),
    [
        ("os.kill(os.getpid(), signal.SIGSEGV)", "Loading it crashes the process: SIGSEGV"),
        ("os._exit(7)", "Loading it ends the process with exit code 7"),
        ("sys.exit(8)", "Plugin 'other' cannot load 'other_of_"),
        ("from headrace import Sink", "Plugin 'other' cannot load 'other_of_"),
    ],
)
def test_a_class_that_cannot_be_loaded_hides_nothing_else(doctor, install, load, found):
    install(load)
    code, findings = doctor()
    assert code == 3
    assert findings["pipeline other"]["status"] == "problem"
    assert findings["pipeline other"]["found"].startswith(found)
    assert findings["pipeline other"]["fix"]
    assert findings["pipeline shift"]["found"] == "loads"
    assert findings["model zero"]["found"] == "loads"
    assert findings["transform standardize"]["found"] == "loads"
    assert findings["root"]["status"] == "ok"


def test_what_libraries_print_when_they_are_loaded_is_no_finding(doctor, install):
    install("print('[1, 2]'); os.write(1, b'[3]'); return object")
    code, findings = doctor()
    assert code == 0
    assert findings["pipeline other"]["found"] == "loads"


def test_quick_loads_nothing(doctor, install):
    install("raise ValueError")
    code, findings = doctor("--quick")
    assert code == 0
    assert findings["other"]["found"] == "pipeline other; model zero"
    assert "pipeline other" not in findings


def test_a_plugin_that_does_not_import_is_a_problem_and_its_package_is_shown(
    doctor, install_plugin
):
    install_plugin("broken", "import lightgbm_that_is_absent")
    code, findings = doctor("--quick")
    assert code == 3
    assert findings["headrace-broken"]["status"] == "ok"
    assert "Plugin 'broken' fails to import" in findings["plugin"]["found"]
    assert "HEADRACE_DISABLE_PLUGINS=broken" in findings["plugin"]["fix"]


def test_a_plugin_for_another_headrace_is_a_problem(doctor, install):
    install(requires="Requires-Dist: headrace==99\n")
    code, findings = doctor("--quick")
    assert code == 3
    assert "built for another Headrace" in findings["plugin"]["found"]
    assert "pip install --upgrade headrace headrace-other" in findings["plugin"]["fix"]


def test_a_library_that_is_missing_or_too_old_is_a_problem(doctor, install):
    install(requires="Requires-Dist: absent-library>=2\nRequires-Dist: numpy>=99,<100\n")
    code, findings = doctor("--quick")
    assert code == 3
    assert findings["absent-library"]["found"] == "not installed; wanted absent-library>=2"
    assert findings["absent-library"]["fix"] == "pip install 'absent-library>=2'"
    assert findings["numpy"]["found"].startswith(f"{version('numpy')}; wanted numpy<100,>=")


def test_libraries_of_extras_and_other_platforms_are_not_missed(doctor, install):
    install(
        requires="Requires-Dist: absent-one; extra == 'gpu'\n"
        "Requires-Dist: absent-two; sys_platform == 'nowhere'\n"
    )
    assert doctor("--quick")[0] == 0


def test_a_second_copy_of_a_package_is_a_warning(doctor, tmp_path, monkeypatch):
    old = tmp_path / "old/headrace_shift-0.9.dist-info"
    old.mkdir(parents=True)
    (old / "METADATA").write_text("Metadata-Version: 2.4\nName: headrace-shift\nVersion: 0.9\n")
    monkeypatch.setattr(sys, "path", [*sys.path, str(old.parent)])
    code, findings = doctor("--quick")
    assert code == 0
    assert findings["headrace-shift"]["status"] == "warning"
    assert (
        f"another one is hidden by it: 0.9 in {old.parent}" in findings["headrace-shift"]["found"]
    )


@pytest.mark.parametrize(
    ("direct", "origin"),
    [
        (
            {"url": "file:///a%20b", "dir_info": {"editable": True}},
            "editable, from /a b",
        ),
        ({"url": "file:///a/other-2.0-py3-none-any.whl", "archive_info": {}}, "wheel, in "),
        ([], "wheel, in "),
    ],
)
def test_a_package_is_editable_or_a_wheel(doctor, install, tmp_path, direct, origin):
    install()
    info = tmp_path / "site/headrace_other-2.0.dist-info"
    (info / "direct_url.json").write_text(json.dumps(direct))
    (info / "WHEEL").write_text("Wheel-Version: 1.0\n")
    assert doctor("--quick")[1]["headrace-other"]["found"].startswith(f"2.0, {origin}")


def test_plugins_that_are_switched_off_are_named_and_need_nothing(
    doctor, install_plugin, only_shift, tmp_path, monkeypatch
):
    install_plugin("broken", "import lightgbm_that_is_absent")
    with (tmp_path / "site/headrace_broken-2.0.dist-info/METADATA").open("a") as metadata:
        metadata.write("Requires-Dist: lightgbm-that-is-absent\n")
    monkeypatch.setenv("HEADRACE_DISABLE_PLUGINS", f"{only_shift} broken shfit")
    code, findings = doctor("--quick")
    assert code == 0
    assert "lightgbm-that-is-absent" not in findings
    assert findings["broken"]["found"] == "switched off by HEADRACE_DISABLE_PLUGINS"
    assert findings["shfit"]["status"] == "warning"
    assert findings["shfit"]["fix"] == "did you mean 'shift'?"


def test_an_installation_without_pipelines_says_how_to_get_one(doctor, only_shift, monkeypatch):
    monkeypatch.setenv("HEADRACE_DISABLE_PLUGINS", f"{only_shift} shift")
    _, findings = doctor("--quick")
    assert findings["pipelines"]["status"] == "warning"
    assert "pip install headrace-linreg" in findings["pipelines"]["fix"]


def test_a_root_that_is_no_folder_is_a_problem_of_the_request(doctor, root):
    root.touch()
    code, findings = doctor("--quick")
    assert code == 2
    assert findings["root"]["found"] == "Cannot write there: Not a directory"
    assert "--root or HEADRACE_ROOT" in findings["root"]["fix"]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_root_that_may_not_be_written_to_is_a_problem(doctor, root):
    root.mkdir()
    root.chmod(stat.S_IRUSR | stat.S_IXUSR)
    code, findings = doctor("--quick")
    assert code == 2
    assert findings["root"]["found"] == "Cannot write there: Permission denied"


def test_a_root_that_is_no_address_is_a_problem(doctor):
    code, findings = doctor("--quick", "--root", "ftp://host/folder")
    assert code == 2
    assert "has the scheme 'ftp'" in findings["root"]["found"]
    assert "disk of the root" not in findings


def test_storage_that_creates_a_file_twice_is_a_problem(root, monkeypatch):
    monkeypatch.setattr(Store, "create", Store.write)
    found = next(iter(check_storage(str(root))))
    assert found.status == "problem"
    assert found.found.startswith("A file can be created twice")
    assert not root.exists()


def test_a_project_file_with_a_fault_is_a_problem(doctor, tmp_path):
    (tmp_path / "project.yaml").write_text("name: flights\n")
    code, findings = doctor("--quick")
    assert code == 2
    assert "owner" in findings["project"]["found"]


@pytest.fixture
def check(monkeypatch):
    """Return a function that gives the findings for a machine of 4 cores and 8 GiB."""

    def check_one(environment=(), limit=None):
        monkeypatch.setattr(machine, "usable_cores", lambda: 4)
        monkeypatch.setattr(machine, "total_memory", lambda: 2**33)
        monkeypatch.setattr(machine, "memory_limit", lambda: limit)
        return {finding.name: finding for finding in check_machine(dict(environment))}

    return check_one


def test_threads_beside_workers_are_warned_of(check):
    found = check({"OMP_NUM_THREADS": "4", "MKL_NUM_THREADS": "1"})["threads a worker"]
    assert found.status == "warning"
    assert found.found == "OMP_NUM_THREADS=4, MKL_NUM_THREADS=1; 4 workers share the cores already"
    assert found.fix.startswith("unset OMP_NUM_THREADS:")
    assert check({"OMP_NUM_THREADS": "1"})["threads a worker"].status == "ok"


def test_little_memory_is_warned_of(check):
    found = check(limit=2**29)["memory"]
    assert found.status == "warning"
    assert found.found == "0.5 GiB, to which the container is held, of 8.0 GiB"
    assert found.fix
    assert check(limit=2**31)["memory"].status == "ok"
    assert check(limit=2**62)["memory"].found == "8.0 GiB"
    assert check()["memory"].found == "8.0 GiB"


def write(folder, limit, name):
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(f"{limit}\n")


def test_the_memory_limit_is_the_least_on_the_way_up(tmp_path):
    (tmp_path / "cgroup").write_text("0::/pods/one\n")
    write(tmp_path / "fs/pods/one", "max", "memory.max")
    write(tmp_path / "fs/pods", 2**31, "memory.max")
    write(tmp_path / "fs", 2**40, "memory.max")
    write(tmp_path, 1, "memory.max")
    assert memory_limit(tmp_path / "cgroup", tmp_path / "fs") == 2**31


def test_the_memory_limit_of_the_first_version_of_the_interface_is_found(tmp_path):
    (tmp_path / "cgroup").write_text("9:name=systemd:/x\n4:hugetlb,memory:/a/b\n0::/\n")
    write(tmp_path / "fs/memory", 2**63 - 4096, "memory.limit_in_bytes")
    write(tmp_path / "fs/memory/a", 2**30, "memory.limit_in_bytes")
    assert memory_limit(tmp_path / "cgroup", tmp_path / "fs") == 2**30


def test_without_control_groups_memory_has_no_limit(tmp_path):
    assert memory_limit(tmp_path / "absent", tmp_path) is None
