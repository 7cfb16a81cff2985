import json
from importlib.metadata import version

import pytest

HEADRACE = version("headrace")
OTHER = """
from headrace import PipelineSpec, hookimpl

@hookimpl
def headrace_register_pipelines():
    return [
        PipelineSpec("other", "Another.", load="x:X", params="headrace_shift.params:ShiftParams")
    ]
"""
ANY = "headrace-other 2.0, which requires headrace, in any version"


@pytest.fixture
def install(install_plugin, tmp_path):
    """Return a function that installs the plugin 'other', with what its package requires."""

    def install_other(hooks=OTHER, *requirements):
        install_plugin("other", hooks)
        lines = "".join(f"Requires-Dist: {requirement}\n" for requirement in requirements)
        with (tmp_path / "site/headrace_other-2.0.dist-info/METADATA").open("a") as metadata:
            metadata.write(lines)

    return install_other


def pipelines(ended):
    return [entry["name"] for entry in json.loads(ended.out)]


@pytest.mark.parametrize(
    "wanted", ["headrace<0.1", "headrace[beam]==99.1", "headrace (>=99, <100)"]
)
def test_a_plugin_that_requires_another_headrace_is_left_out_and_says_what_to_do(
    headrace, install, wanted
):
    install("raise SystemExit('a plugin for another Headrace must not even be imported')", wanted)
    ended = headrace("list", "--json")
    versions = wanted.removeprefix("headrace").removeprefix("[beam]").strip(" ()").replace(" ", "")
    assert ended.code == 0
    assert "shift" in pipelines(ended)
    assert ended.err == (
        f"warning: Plugin 'other' is built for another Headrace than {HEADRACE}: "
        f"it requires headrace{versions}\n"
        f"  where: headrace-other 2.0, which requires headrace{versions}\n"
        "  fix:   install versions that fit one another: "
        "pip install --upgrade headrace headrace-other, "
        "or switch it off: HEADRACE_DISABLE_PLUGINS=other\n"
    )


@pytest.mark.parametrize(
    "wanted",
    [
        f"headrace=={HEADRACE}",
        f"headrace[beam] == {HEADRACE}",
        "headrace",
        "headrace>=0.0.1,<99",
        "headrace (>=0.0.1)",
        "headrace==99; extra == 'next'",
        "headrace==99; python_version < '3'",
        "headrace @ https://example.org/headrace-99-py3-none-any.whl",
        "headrace-extras==99",
        "headrace_extras==99",
        "headrace.extras==99",
    ],
)
def test_a_plugin_that_requires_this_headrace_or_any_is_taken(headrace, install, wanted):
    install(OTHER, wanted, "pluggy")
    ended = headrace("list", "--json")
    assert ended.err == ""
    assert "other" in pipelines(ended)


@pytest.mark.parametrize(
    ("hooks", "cause"),
    [
        ("from headrace import Sink", "fails to import: ImportError: cannot import name 'Sink'"),
        (
            "from headrace.sinks import Sink",
            "fails to import: ModuleNotFoundError: No module named 'headrace.sinks'",
        ),
        (
            "import headrace\nheadrace.Sink",
            "fails to import: AttributeError: module 'headrace' has no attribute 'Sink'",
        ),
        (
            OTHER.replace("load=", "colour='red', load="),
            "fails in headrace_register_pipelines: TypeError: PipelineSpec.__init__() got",
        ),
        (
            OTHER.replace(', params="headrace_shift.params:ShiftParams"', ""),
            "fails in headrace_register_pipelines: TypeError: PipelineSpec.__init__() missing",
        ),
    ],
)
def test_a_plugin_that_asks_for_what_headrace_has_not_is_built_for_another(
    headrace, install, hooks, cause
):
    install(hooks, "headrace", "headrace-extras==99", "headrace==99; extra == 'next'")
    ended = headrace("list", "--json")
    assert "shift" in pipelines(ended)
    start = f"warning: Plugin 'other' is built for another Headrace than {HEADRACE}: it {cause}"
    assert ended.err.startswith(start)
    assert f"where: {ANY}" in ended.err
    assert "pip install --upgrade headrace headrace-other" in ended.err


@pytest.mark.parametrize(
    "hooks",
    [
        "import lightgbm_that_is_absent",
        "import json\njson.absent",
        "object(1)",
        "from headrace_shift import absent",
    ],
)
def test_a_plugin_with_another_fault_is_not_said_to_be_built_for_another(headrace, install, hooks):
    install(hooks, f"headrace=={HEADRACE}")
    ended = headrace("list", "--json")
    assert ended.err.startswith("warning: Plugin 'other' fails to import: ")
    assert "another Headrace" not in ended.err


@pytest.mark.parametrize(
    ("old", "new", "cause"),
    [
        ("register_pipelines", "register_sinks", "there is no hook 'headrace_register_sinks'"),
        ("pipelines():", "pipelines(context):", "Argument(s) {'context'} are declared"),
    ],
)
def test_a_wrong_hook_may_be_one_of_another_headrace(headrace, install, old, new, cause):
    install(OTHER.replace(old, new), "headrace")
    ended = headrace("list", "--json")
    assert "shift" in pipelines(ended)
    assert ended.err.startswith("warning: Plugin 'other' has a wrong hook: ")
    assert cause in ended.err
    assert ANY in ended.err
    assert f"if it is built for another Headrace than {HEADRACE}: install versions" in ended.err


def test_a_class_that_asks_for_what_headrace_has_not_says_so_when_it_is_loaded(headrace, install):
    install(
        OTHER.replace('"headrace_shift.params:', '__name__ + ":')
        + "def __getattr__(name):\n    from headrace import Sink\n",
        "headrace",
    )
    ended = headrace("describe", "other")
    assert ended.code == 3
    assert f"plugin 'other', built for another Headrace than {HEADRACE}" in ended.err
    assert "fix:   install a version of it that fits" in ended.err


def test_a_pipeline_of_a_plugin_for_another_headrace_is_missing_for_that_reason(headrace, install):
    install(OTHER, "headrace<0.1")
    ended = headrace("describe", "other")
    assert ended.code == 2
    assert "No pipeline is named 'other'" in ended.err
    assert "it requires headrace<0.1" in ended.err
