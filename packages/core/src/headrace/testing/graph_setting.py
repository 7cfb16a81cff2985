"""What the checks of a pipeline with a graph of its own stand on: its files, and runs on them."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Final, Literal

import pytest

from headrace.contracts.request import Request
from headrace.errors import HeadraceError
from headrace.plugins.manager import discover
from headrace.runtime.run import run
from headrace.storage.versions import Versions

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from pydantic import JsonValue

    from headrace.contracts.manifest import Manifest

__all__ = ["GraphSetting", "GraphTrial"]

_FILE_LIMIT: Final = 2**30

Mode = Literal["train", "score"]
Files = dict[str, bytes]


class GraphTrial:
    """Runs of one pipeline on real files in a folder, as a user runs it.

    Parameters
    ----------
    pipeline : str
    folder : Path
        Empty; becomes the root of models and datasets.
    """

    def __init__(self, pipeline: str, folder: Path) -> None:
        self.pipeline = pipeline
        self.plugins = discover()
        self.spec = self.plugins.pipeline(pipeline)
        self._folder = folder

    def write(self, name: str, files: Mapping[str, bytes]) -> str:
        """Return a folder with files; what is there already keeps its time of last change."""
        folder = self._folder / "inputs" / name
        folder.mkdir(parents=True, exist_ok=True)
        for file, data in files.items():
            path = folder / file
            if not path.exists():
                path.write_bytes(data)
        return str(folder)

    def request(
        self,
        mode: Mode,
        version: str,
        input_: str,
        params: Mapping[str, JsonValue],
        *,
        name: str = "made",
        max_bad: float = 1.0,
    ) -> Request:
        """Return a request that publishes a version of a name."""
        model = None
        if mode == "train":
            model = name
        elif self.spec.has_models:
            model = "made@v1"
        return Request(
            pipeline=self.pipeline,
            mode=mode,
            input=input_,
            root=str(self._folder / "root"),
            model=model,
            output=name if mode == "score" else None,
            version=version,
            params=dict(params),
            max_bad=max_bad,
        )

    def run(self, request: Request) -> tuple[Manifest, bool]:
        """Run a request; return the manifest, and whether it was done before."""
        return run(request, self.plugins)

    def versions(self, mode: Mode, name: str = "made") -> Versions:
        """Return the versions of a name."""
        if mode == "train":
            return Versions(str(self._folder / "root/models" / name), "model")
        return Versions(str(self._folder / "root/datasets" / name), "dataset")

    def published(self, mode: Mode, version: str) -> Files:
        """Return the files of a version."""
        versions = self.versions(mode)
        manifest = versions.manifest(version)
        folder = versions.files_path(manifest)
        return {
            file.path: versions.store.read(folder + file.path, limit=_FILE_LIMIT)
            for file in manifest.files
        }


class GraphSetting:
    """Attributes of a contract, and one run in each mode for all its checks."""

    pipeline: ClassVar[str]
    """Name of the pipeline, as users type it; its package must be installed."""

    train_params: ClassVar[Mapping[str, JsonValue]] = {}
    """Params of trainings, but for those that name inputs."""

    score_params: ClassVar[Mapping[str, JsonValue]] = {}
    """Params of scorings, but for those that name inputs."""

    @classmethod
    def input_files(cls) -> Files:
        """Return the input's files by name: several, with some bad rows; override it."""
        raise NotImplementedError(f"{cls.__name__} has no input_files to run on")

    @classmethod
    def further_inputs(cls) -> dict[str, Files]:
        """Return, for each param that names an input, its files by name; override it."""
        return {}

    @pytest.fixture(scope="class")
    @classmethod
    def trial(cls, tmp_path_factory: pytest.TempPathFactory) -> GraphTrial:
        """Return the pipeline, and a folder to run it in."""
        return GraphTrial(cls.pipeline, tmp_path_factory.mktemp(cls.pipeline))

    @pytest.fixture(scope="class")
    @classmethod
    def requests(cls, trial: GraphTrial) -> dict[Mode, Request]:
        """Return a request in each mode, carried out as version v1."""
        return cls.run_all(trial)

    @classmethod
    def run_all(cls, trial: GraphTrial) -> dict[Mode, Request]:
        """Carry out a request in each mode as version v1, and return them."""
        done: dict[Mode, Request] = {}
        for mode in cls.modes(trial):
            request = cls.new_request(trial, mode, "v1", cls.input_files())
            try:
                trial.run(request)
            except HeadraceError as error:
                pytest.fail(f"'{cls.pipeline}' fails to {mode}:\n{error}", pytrace=False)
            done[mode] = request
        return done

    @classmethod
    def modes(cls, trial: GraphTrial) -> list[Mode]:
        """Return the modes that the pipeline has, in the order in which they can run."""
        modes: tuple[Mode, ...] = ("train", "score")
        return [mode for mode in modes if mode in trial.spec.modes]

    @classmethod
    def new_request(
        cls,
        trial: GraphTrial,
        mode: Mode,
        version: str,
        files: Mapping[str, bytes],
        *,
        folder: str = "input",
        name: str = "made",
        max_bad: float = 1.0,
    ) -> Request:
        """Return a request on files, with the params and further inputs of the contract."""
        further: dict[str, JsonValue] = {
            param: trial.write(param, data) for param, data in cls.further_inputs().items()
        }
        params = {**(cls.train_params if mode == "train" else cls.score_params), **further}
        return trial.request(
            mode, version, trial.write(folder, files), params, name=name, max_bad=max_bad
        )
