import os
import re
import select
import sys
import tomllib
from importlib.util import find_spec

import pytest

needs_copier = pytest.mark.skipif(find_spec("copier") is None, reason="needs headrace[new]")
FILES = [
    ".gitignore",
    "README.md",
    "noxfile.py",
    "pyproject.toml",
    "src/headrace_ridge/__init__.py",
    "src/headrace_ridge/hooks.py",
    "src/headrace_ridge/model.py",
    "src/headrace_ridge/params.py",
    "src/headrace_ridge/pipeline.py",
    "src/headrace_ridge/py.typed",
    "tests/test_contract.py",
    "tests/test_fit.py",
]


def files_in(folder):
    return sorted(
        path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()
    )


@pytest.fixture
def clone(tmp_path):
    """Return what is taken for a clone of Headrace."""
    root = tmp_path / "clone"
    (root / "packages/core/src").mkdir(parents=True)
    (root / "packages/core/pyproject.toml").write_text('[project]\nname = "headrace"\n')
    (root / "pyproject.toml").write_text('[project]\nname = "headrace-workspace"\n')
    return root


@needs_copier
def test_outside_a_clone_it_is_a_repository_of_its_own(headrace, tmp_path):
    ended = headrace("new", "ridge")
    assert ended.code == 0, ended.err
    assert ended.out.splitlines() == [
        "wrote headrace-ridge",
        "  test it:    cd headrace-ridge && nox",
        "  install it: pip install --editable headrace-ridge",
        "  look at it: headrace describe ridge",
    ]
    assert files_in(tmp_path / "headrace-ridge") == FILES
    assert [path.name for path in tmp_path.iterdir()] == ["headrace-ridge"]


@needs_copier
@pytest.mark.parametrize("folder", ["", "packages", "packages/core/src"])
def test_within_a_clone_it_joins_the_packages(headrace, clone, monkeypatch, folder):
    monkeypatch.chdir(clone / folder)
    ended = headrace("new", "ridge")
    assert ended.code == 0, ended.err
    assert '  test it:    ./nox -s "tests(ridge)"' in ended.out
    package = clone / "packages/pipeline-ridge"
    assert files_in(package) == [name for name in FILES if name not in {".gitignore", "noxfile.py"}]
    project = tomllib.loads((package / "pyproject.toml").read_text())
    assert project["tool"]["uv"]["sources"] == {"headrace": {"workspace": True}}
    assert "ruff" not in project["tool"]


@needs_copier
def test_a_folder_that_is_named_gets_it(headrace, clone, tmp_path):
    (tmp_path / "mine").mkdir()
    assert headrace("new", "ridge", "--into", "mine").code == 0
    assert (tmp_path / "mine/headrace-ridge/noxfile.py").is_file()
    assert headrace("new", "ridge", "--into", "clone").code == 0
    assert (clone / "packages/pipeline-ridge").is_dir()
    assert headrace("new", "ridge", "--into", "clone/packages/core").code == 0
    assert (clone / "packages/core/headrace-ridge").is_dir()


@needs_copier
def test_columns_become_the_defaults_of_the_params(headrace, tmp_path):
    assert headrace("new", "ridge", "--features", "x, n rows", "--target=y").code == 0
    params = (tmp_path / "headrace-ridge/src/headrace_ridge/params.py").read_text()
    assert '= (\n        "x",\n        "n rows",\n    )' in params
    assert 'target: ColumnName = "y"' in params
    readme = (tmp_path / "headrace-ridge/README.md").read_text()
    assert "| `features` | `x`, `n rows` |" in readme


@needs_copier
def test_dashes_and_underscores_go_where_each_belongs(headrace, tmp_path):
    assert headrace("new", "late_or-not").code == 0
    folder = tmp_path / "headrace-late-or-not"
    project = tomllib.loads((folder / "pyproject.toml").read_text())["project"]
    assert project["name"] == "headrace-late-or-not"
    assert project["entry-points"]["headrace"] == {"late_or_not": "headrace_late_or_not.hooks"}
    assert 'name="late_or_not"' in (folder / "src/headrace_late_or_not/hooks.py").read_text()


@pytest.mark.parametrize(
    ("name", "what", "fix"),
    [
        ("Ridge Regression", "'Ridge Regression' is no name for a pipeline", "such as 'ridge-regr"),
        ("1st", "'1st' is no name for a pipeline; wanted lower-case letters", "such as 'st'"),
        ("a--b", "'a--b' is no name for a pipeline", "such as 'a-b'"),
        ("class", "'class' is a word of Python's own", "such as 'class_model'"),
        ("a" * 41, "has at most 40 characters; this has 41", "choose a shorter name"),
        ("shift", "installed pipeline of the package headrace-shift", "choose another name"),
        ("builtin", "installed plugin of the package headrace", "choose another name"),
        ("shift-shards", "'shift-shards' is taken", "choose another name"),
    ],
)
def test_a_name_that_cannot_be_is_refused(headrace, tmp_path, name, what, fix):
    before = list(tmp_path.iterdir())
    ended = headrace("new", name)
    assert ended.code == 2
    assert what in ended.err
    assert fix in ended.err
    assert list(tmp_path.iterdir()) == before


def test_a_module_of_the_same_name_is_not_hidden(headrace, tmp_path, monkeypatch):
    (tmp_path / "site").mkdir()
    (tmp_path / "site/headrace_ridge.py").touch()
    monkeypatch.syspath_prepend(tmp_path / "site")
    assert "there is an installed module headrace_ridge" in headrace("new", "ridge").err


@needs_copier
def test_what_is_there_is_left_alone(headrace, tmp_path):
    (tmp_path / "headrace-ridge").mkdir()
    (tmp_path / "headrace-ridge/mine.txt").write_text("keep me")
    ended = headrace("new", "ridge")
    assert ended.code == 2
    assert "There is a folder already where 'ridge' would go" in ended.err
    assert files_in(tmp_path) == ["headrace-ridge/mine.txt"]


def test_a_name_that_another_session_of_the_clone_has_is_refused(headrace, clone, monkeypatch):
    monkeypatch.chdir(clone)
    assert "There is a folder already where 'core' would go" in headrace("new", "core").err


@needs_copier
@pytest.mark.parametrize(
    ("options", "what"),
    [
        (["--features=a,,b"], "there is an empty name between commas"),
        (["--features=a,b, a"], "a name is there more than once"),
        (['--features=a"b'], "no quotes, backslashes, bars or line ends"),
        (["--features=a,b", "--target=b"], "it is also one of the features"),
        (["--target=a\\"], "no quotes, backslashes, bars or line ends"),
    ],
)
def test_columns_that_cannot_be_are_refused_and_nothing_is_written(
    headrace, tmp_path, options, what
):
    ended = headrace("new", "ridge", *options)
    assert ended.code == 2
    assert what in ended.err
    assert not list(tmp_path.iterdir())


def test_a_folder_that_is_not_there_is_a_fault(headrace):
    ended = headrace("new", "ridge", "--into", "nowhere")
    assert ended.code == 2
    assert "There is no folder 'nowhere'" in ended.err
    assert "mkdir -p nowhere" in ended.err


@pytest.mark.skipif(sys.platform != "linux", reason="needs a folder that even root cannot fill")
def test_a_folder_that_cannot_be_written_to_is_a_fault(headrace):
    ended = headrace("new", "ridge", "--into", "/proc")
    assert ended.code == 2
    assert "The package cannot be written" in ended.err


def test_without_its_library_it_says_what_to_install(headrace, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "copier", None)
    ended = headrace("new", "ridge")
    assert ended.code == 2
    assert "needs the library copier, which is not installed" in ended.err
    assert "pip install 'headrace[new]'" in ended.err
    assert not list(tmp_path.iterdir())


@needs_copier
def test_on_a_terminal_it_asks_for_what_no_option_says(start_on_a_terminal, tmp_path):
    down = "\x1b[B"
    shown = start_on_a_terminal(
        ["new", "asked", "--target=y"],
        {
            "What does it predict": f"{down}\r",
            "Who fits the model": f"{down}\r",
            "Which columns does it read": "a,b\r",
        },
    )
    assert "Which column does it predict" not in shown
    source = tmp_path / "headrace-asked/src/headrace_asked"
    assert "Linear discriminant analysis" in (source / "statistic.py").read_text()
    assert re.search(r'"a",\s*"b",', (source / "params.py").read_text())


@pytest.fixture
def start_on_a_terminal(start_headrace):
    """Return a function that runs the entrypoint on a terminal and answers what it asks."""
    pty = pytest.importorskip("pty", reason="needs a pseudo-terminal")

    def start(arguments, answers):
        ours, theirs = pty.openpty()
        process = start_headrace(*arguments, streams=theirs, PROMPT_TOOLKIT_NO_CPR="1")
        os.close(theirs)
        shown, waiting = "", dict(answers)
        while select.select([ours], [], [], 30)[0]:
            try:
                shown += os.read(ours, 65_536).decode()
            except OSError:  # the other end is closed
                break
            for question in [question for question in waiting if question in shown]:
                os.write(ours, waiting.pop(question).encode())
        os.close(ours)
        assert process.wait(30) == 0, shown
        assert not waiting, shown
        return shown

    return start
