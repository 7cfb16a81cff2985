from importlib import invalidate_caches
from importlib.metadata import EntryPoint

import pytest

from headrace.errors import PluginError, RequestError
from headrace.plugins import Plugins, discover

HOOKIMPL = "from headrace.plugins import hookimpl"
PIPELINE = """
from headrace.plugins import PipelineSpec, hookimpl

@hookimpl
def headrace_register_pipelines():
    return [PipelineSpec("{name}", "One.", load="{name}_missing:Pipeline", params="json:dumps")]
"""


@pytest.fixture
def plugin(tmp_path, monkeypatch):
    """Return a function that writes a hooks module and returns its entry point."""
    monkeypatch.syspath_prepend(tmp_path)

    def write(name, hooks):
        module = f"{name}_hooks_of_{tmp_path.name.replace('-', '_')}"
        (tmp_path / f"{module}.py").write_text(hooks)
        invalidate_caches()
        return EntryPoint(name=name, value=module, group="headrace")

    return write


def problem(plugins):
    """Return the one problem, after everything was asked for."""
    for registered in (plugins.pipelines, plugins.models, plugins.transforms, plugins.commands):
        assert registered is not None
    (only,) = plugins.problems
    assert isinstance(only, PluginError)
    return str(only)


def test_pipelines_are_found_by_the_name_they_register(plugin):
    plugins = Plugins([plugin("one", PIPELINE.format(name="alpha"))])
    assert plugins.pipeline("alpha").summary == "One."
    assert plugins.owner("alpha").name == "one"
    assert plugins.problems == ()


def test_a_pipeline_that_two_plugins_claim_belongs_to_neither(plugin):
    hooks = PIPELINE.format(name="alpha")
    plugins = Plugins(
        [plugin("one", hooks), plugin("two", hooks), plugin("three", PIPELINE.format(name="beta"))]
    )
    text = problem(plugins)
    assert "The pipeline name 'alpha' is claimed by several plugins" in text
    assert "plugins: one, two" in text
    assert "HEADRACE_DISABLE_PLUGINS=two" in text
    assert list(plugins.pipelines) == ["beta"]
    with pytest.raises(PluginError, match="'alpha' is claimed by several plugins"):
        plugins.pipeline("alpha")


def test_switching_one_of_two_claimants_off_gives_the_name_to_the_other(plugin):
    hooks = PIPELINE.format(name="alpha")
    plugins = Plugins([plugin("one", hooks), plugin("two", hooks)], disabled={"two"})
    assert plugins.owner("alpha").name == "one"
    assert plugins.problems == ()


def test_two_plugins_of_one_name_are_reported_and_the_first_stays(plugin):
    first = plugin("one", PIPELINE.format(name="alpha"))
    plugins = Plugins([first, EntryPoint("one", "no_such_module_of_ours", "headrace")])
    assert "Two installed plugins are named 'one'" in problem(plugins)
    assert list(plugins.pipelines) == ["alpha"]


@pytest.mark.parametrize(
    ("hooks", "said"),
    [
        ("import no_such_module_anywhere", "fails to import: ModuleNotFoundError"),
        ("this is no Python", "fails to import: SyntaxError"),
        ("1 / 0", "fails to import: ZeroDivisionError: division by zero"),
        (
            PIPELINE.format(name="bad").replace("pipelines():", "pipelines(config):"),
            "has a wrong hook: PluginValidationError",
        ),
        (
            PIPELINE.format(name="bad").replace("register_pipelines", "register_pipeline"),
            "'headrace_register_pipeline'; did you mean 'headrace_register_pipelines'?",
        ),
        (
            PIPELINE.format(name="bad").replace("return [", "return [3, "),
            "Plugin 'bad' returns a int from headrace_register_pipelines; wanted PipelineSpec",
        ),
        (
            PIPELINE.format(name="bad").replace("return [", "return 3 + ["),
            "Plugin 'bad' fails in headrace_register_pipelines: TypeError",
        ),
        (
            f"{HOOKIMPL}\n@hookimpl\ndef headrace_register_models():\n    return 3\n",
            "Plugin 'bad' fails in headrace_register_models: TypeError",
        ),
    ],
)
def test_a_broken_plugin_is_named_and_the_others_go_on(plugin, hooks, said):
    plugins = Plugins([plugin("bad", hooks), plugin("good", PIPELINE.format(name="alpha"))])
    text = problem(plugins)
    assert "'bad'" in text
    assert said in text
    assert "HEADRACE_DISABLE_PLUGINS=bad" in text
    assert "alpha" in plugins.pipelines


def test_a_plugin_that_is_switched_off_is_not_even_imported(plugin):
    plugins = Plugins([plugin("bad", "1 / 0")], disabled={"bad"})
    assert plugins.installed == {}
    assert plugins.problems == ()


def test_an_unknown_pipeline_gets_a_suggestion_and_the_names_there_are(plugin):
    plugins = Plugins([plugin("one", PIPELINE.format(name="alpha"))])
    with pytest.raises(RequestError) as caught:
        plugins.pipeline("alhpa")
    assert "No pipeline is named 'alhpa'" in str(caught.value)
    assert "installed: alpha" in str(caught.value)
    assert "did you mean 'alpha'?" in str(caught.value)


def test_an_unknown_pipeline_may_be_in_a_broken_plugin_which_is_said(plugin):
    plugins = Plugins([plugin("bad", "1 / 0")])
    with pytest.raises(RequestError, match="plugins with problems: Plugin 'bad' fails to import"):
        plugins.pipeline("alpha")


def test_a_spec_that_names_a_missing_module_is_the_plugins_fault(plugin):
    plugins = Plugins([plugin("one", PIPELINE.format(name="alpha"))])
    with pytest.raises(PluginError) as caught:
        plugins.load_pipeline("alpha")
    assert "'one'" in str(caught.value)
    assert "alpha_missing:Pipeline" in str(caught.value)


def test_the_built_in_transforms_come_through_the_same_door():
    plugins = discover()
    assert {"calendar", "impute", "one_hot", "ordinal", "standardize"} <= set(plugins.transforms)
    assert plugins.installed["builtin"].distribution == "headrace"
    assert discover({"builtin"}).transforms.get("impute") is None


def test_a_plugin_that_ends_the_process_at_import_is_left_out(plugin):
    plugins = Plugins(
        [plugin("one", "raise SystemExit('no license')"), plugin("two", PIPELINE.format(name="b"))]
    )
    assert "Plugin 'one' fails to import: SystemExit: no license" in problem(plugins)
    assert list(plugins.pipelines) == ["b"]
