import pytest

RAISES = """
import typer
from headrace import CommandSpec, errors, hookimpl

app = typer.Typer()

@app.command()
def fail(kind: str) -> None:
    if kind == "bug":
        raise ZeroDivisionError("a bug")
    raise getattr(errors, kind)("Something is 1; wanted 2", "here", "do that")

@app.command()
def succeed() -> None:
    pass

@hookimpl
def headrace_register_commands():
    return [CommandSpec("break", "Break.", load=__name__ + ":app")]
"""


@pytest.fixture
def break_as(install_plugin, headrace_process):
    install_plugin("breaking", RAISES)
    return lambda *arguments: headrace_process("break", *arguments)


@pytest.mark.parametrize(
    ("kind", "code"),
    [
        ("RequestError", 2),
        ("PluginError", 3),
        ("DataError", 4),
        ("ModelError", 5),
        ("TransientError", 75),
        ("Stopped", 143),
    ],
)
def test_each_kind_of_error_has_its_exit_code_and_no_traceback(break_as, kind, code):
    ended = break_as("fail", kind)
    assert ended.code == code
    assert ended.out == ""
    assert ended.err == "error: Something is 1; wanted 2\n  where: here\n  fix:   do that\n"


def test_a_bug_keeps_its_traceback(break_as):
    ended = break_as("fail", "bug")
    assert ended.code == 1
    assert "Traceback" in ended.err
    assert "ZeroDivisionError: a bug" in ended.err


def test_commands_of_plugins_are_listed_and_run(break_as, headrace_process):
    assert break_as("succeed").code == 0
    help_text = headrace_process("--help").out
    assert "break" in help_text
    assert "Break." in help_text


def test_a_command_whose_app_cannot_be_loaded_is_a_fault_of_its_plugin(
    install_plugin, headrace_process
):
    install_plugin("breaking", RAISES.replace('":app"', '":absent"'))
    ended = headrace_process("break", "fail")
    assert ended.code == 3
    assert "Plugin 'breaking' cannot load" in ended.err
    assert headrace_process("list").code == 0
