"""What every pipeline with a graph of its own promises to those who run it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, cast

import pytest

from headrace.contracts.params import Params, input_params
from headrace.data import shards
from headrace.errors import DataError, HeadraceError, RequestError
from headrace.plugins.specs import GraphSpec
from headrace.testing.checks.lightness import heavy_imports
from headrace.testing.code_files import why_code
from headrace.testing.fresh import run_in_fresh_process
from headrace.testing.graph_setting import GraphSetting

if TYPE_CHECKING:
    from headrace.contracts.request import Request
    from headrace.testing.graph_setting import GraphTrial, Mode

__all__ = ["GraphChecks"]

_UNKNOWN = "no_such_param"
_GARBAGE = b"\x00\xff\xfe no rows \x80 at all\n" * 50
_FEW = 3


class GraphChecks(GraphSetting):
    """Checks of registration, params, inputs, what is published, and what is not."""

    def test_the_plugin_registers_it_without_problems(self, trial: GraphTrial) -> None:
        """The spec names a function, and params of the right type."""
        plugins = trial.plugins
        owner = plugins.owner(self.pipeline)
        problems = [problem for problem in plugins.problems if f"'{owner.name}'" in str(problem)]
        assert not problems, f"plugin '{owner.name}' has problems:\n{problems[0]}"
        assert isinstance(trial.spec, GraphSpec), (
            f"'{self.pipeline}' is registered by a {type(trial.spec).__name__}; wanted a GraphSpec"
        )
        assert set(trial.spec.modes) <= {"train", "score"}, (
            f"the spec has modes {trial.spec.modes}; a graph of its own can train and score"
        )
        assert callable(plugins.load_pipeline(self.pipeline)), f"{trial.spec.load} is no function"
        params_type = plugins.load_params(self.pipeline)
        assert isinstance(params_type, type), f"{trial.spec.params} is no class"
        assert issubclass(params_type, Params), (
            f"{trial.spec.params} does not derive from headrace.Params"
        )

    def test_the_hooks_and_params_import_no_heavy_library(self, trial: GraphTrial) -> None:
        """``headrace list`` and ``describe`` stay fast."""
        heavy = heavy_imports(trial.plugins, self.pipeline)
        assert not heavy, heavy

    def test_every_param_is_described(self, trial: GraphTrial) -> None:
        """``describe`` and catalogs show every param with its meaning."""
        params_type = cast("type[Params]", trial.plugins.load_params(self.pipeline))
        properties = params_type.model_json_schema()["properties"]
        silent = [name for name, about in properties.items() if not about.get("description")]
        assert not silent, (
            f"params without a description: {', '.join(silent)}; write a docstring below each field"
        )

    def test_an_unknown_param_is_refused(self, trial: GraphTrial) -> None:
        """A misspelt param is an error of the request, and nothing is run."""
        for mode in self.modes(trial):
            request = self.new_request(trial, mode, "v1", self.input_files(), name="unknown")
            request = request.model_copy(update={"params": {**request.params, _UNKNOWN: 1}})
            with pytest.raises(RequestError, match=_UNKNOWN):
                trial.run(request)

    def test_the_same_request_is_done_only_once(
        self, trial: GraphTrial, requests: dict[Mode, Request]
    ) -> None:
        """Asked for again, the version that is there is the answer."""
        for request in requests.values():
            manifest, was_done = trial.run(request)
            assert was_done, f"the same request to {request.mode} was carried out twice"
            assert manifest.version == "v1"

    def test_further_inputs_are_found_by_their_params(
        self, trial: GraphTrial, requests: dict[Mode, Request]
    ) -> None:
        """The manifest says what was read, and other content makes another request."""
        params_type = cast("type[Params]", trial.plugins.load_params(self.pipeline))
        given = sorted(self.further_inputs())
        assert given == sorted(input_params(params_type)), (
            f"further_inputs gives files for {given}, but the params of type InputUri are "
            f"{sorted(input_params(params_type))}"
        )
        for mode, request in requests.items():
            read = [entry.uri for entry in trial.versions(mode).manifest("v1").inputs]
            named = [request.params[name] for name in input_params(params_type)]
            assert read == [request.input, *named], "the manifest's inputs are not what was read"
        for param, files in self.further_inputs().items():
            other = trial.write(f"other-{param}", files)
            for request in requests.values():
                changed = request.model_copy(update={"params": {**request.params, param: other}})
                with pytest.raises(RequestError, match="published by another request"):
                    trial.run(changed)

    def test_another_run_gives_the_same_bytes(
        self, trial: GraphTrial, requests: dict[Mode, Request]
    ) -> None:
        """A version is a function of inputs and params, and of nothing else."""
        for mode, request in requests.items():
            run_in_fresh_process(request.model_copy(update={"version": "v2"}))
            changed = _difference(trial, mode, "v2")
            assert not changed, (
                f"run to {mode} in another process, {changed}; do not depend on the order of sets, "
                "on times, chance or the number of threads"
            )

    def test_batches_of_any_size_give_the_same_bytes(
        self, trial: GraphTrial, requests: dict[Mode, Request], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """A row's result does not depend on its neighbours."""
        monkeypatch.setattr(shards, "BATCH_ROWS", _FEW)
        for mode, request in requests.items():
            trial.run(request.model_copy(update={"version": "v3"}))
            changed = _difference(trial, mode, "v3")
            assert not changed, (
                f"run to {mode} in batches of {_FEW} rows, {changed}; let steps work row by row, "
                "and statistics be exact"
            )

    def test_scoring_adds_the_columns_it_says(
        self, trial: GraphTrial, requests: dict[Mode, Request]
    ) -> None:
        """Catalogs and flows know the predictions without running the pipeline."""
        if "score" in requests:
            written = [column.name for column in trial.versions("score").manifest("v1").columns]
            assert trial.spec.adds, "the spec does not say which columns scoring adds"
            assert set(trial.spec.adds) <= set(written)

    def test_bad_rows_are_counted(self, trial: GraphTrial, requests: dict[Mode, Request]) -> None:
        """Every row that was read is written or rejected, or trained on."""
        for mode in requests:
            rows = trial.versions(mode).manifest("v1").rows
            assert rows.read, "no rows were read"
            assert rows.rejected, (
                f"no row was rejected to {mode}; put bad rows into input_files, and let the rules "
                "find them"
            )

    def test_nothing_is_published_of_what_is_no_input(
        self, trial: GraphTrial, requests: dict[Mode, Request]
    ) -> None:
        """Files of garbage are an error of the data, exit code 4, and leave nothing behind."""
        files = dict.fromkeys(self.input_files(), _GARBAGE)
        for mode in requests:
            request = self.new_request(
                trial, mode, "v1", files, folder=f"garbage-{mode}", name="garbage", max_bad=0.0
            )
            try:
                trial.run(request)
            except HeadraceError as error:
                assert isinstance(error, DataError), (
                    f"garbage gives exit code {error.exit_code}; wanted 4 (DataError):\n{error}"
                )
            else:
                pytest.fail(f"garbage as input is no error to {mode}")
            left = [file.path for file in trial.versions(mode, "garbage").store.list()]
            published = [path for path in left if path.endswith("manifest.json")]
            assert not published, f"a run to {mode} that fails has published {published}"
            staged = [path for path in left if "request.json" in path]
            assert not staged, f"a run to {mode} that fails has left {staged}"

    def test_a_model_holds_no_code(self, trial: GraphTrial, requests: dict[Mode, Request]) -> None:
        """No pickle and nothing else that runs when it is loaded."""
        for path, data in trial.published("train", "v1").items() if "train" in requests else ():
            why = why_code(path, data)
            assert not why, f"the model's file {path} {why}; save it in an open format"

    def test_params_survive_json(self, trial: GraphTrial, requests: dict[Mode, Request]) -> None:
        """What a manifest records is what another run can be given."""
        params_type = cast("type[Params]", trial.plugins.load_params(self.pipeline))
        for mode in requests:
            recorded = trial.versions(mode).manifest("v1").params
            params = params_type.model_validate(json.loads(json.dumps(recorded)))
            assert params.model_dump(mode="json") == recorded, (
                f"params change when they are read again: {recorded} becomes {params!r}"
            )


def _difference(trial: GraphTrial, mode: Mode, version: str) -> str:
    got, wanted = trial.published(mode, version), trial.published(mode, "v1")
    if sorted(got) != sorted(wanted):
        return f"the files are {sorted(got)}; wanted {sorted(wanted)}"
    changed = sorted(path for path, data in wanted.items() if got[path] != data)
    return f"other bytes are in {', '.join(changed)}" if changed else ""
