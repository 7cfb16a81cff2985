"""What holds for every graph: batches stay where they were read, and nothing is lost unseen."""

from itertools import product

import apache_beam as beam
import pyarrow as pa
import pytest
from apache_beam.pipeline import PipelineVisitor

from headrace.beam import read
from headrace.beam.runners import InProcessOptions, InProcessRunner
from headrace.data.shards import Shard

ARROW = (pa.RecordBatch, pa.Table, pa.Array, pa.ChunkedArray)
PIPELINES = ("shift", "shift_shards")
MODES = ("train", "score", "evaluate")
crossed: list[object] = []


class Crossings(PipelineVisitor):
    """Collects the collections that are shuffled or wait for others as side inputs."""

    def __init__(self):
        self.found = {}

    def enter_composite_transform(self, transform_node):
        self.visit_transform(transform_node)

    def visit_transform(self, transform_node):
        if type(transform_node.transform).__name__ in {"GroupByKey", "Reshuffle"}:
            self.found |= {str(each): each for each in transform_node.inputs}
        self.found |= {str(each.pvalue): each.pvalue for each in transform_node.side_inputs}


def note(element):
    crossed.append(element)


class WatchingRunner(InProcessRunner):
    """Notes every element of those collections on its way."""

    def run(self, graph):
        def watched(root):
            graph(root)
            crossings = Crossings()
            root.visit(crossings)
            for number, collection in enumerate(crossings.found.values()):
                _ = collection | f"Note{number}" >> beam.Map(note)

        super().run(watched)


class LosingRunner(InProcessRunner):
    """Loses what was read of the last shard."""

    def run(self, graph):
        process = read._ReadShard.process

        def lose(self, element):
            return iter(()) if element.index else process(self, element)

        with pytest.MonkeyPatch.context() as patched:
            patched.setattr(read._ReadShard, "process", lose)
            super().run(graph)


@pytest.fixture
def use_runner(monkeypatch):
    def use(runner_type, modes=MODES):
        for mode in modes:
            monkeypatch.setattr(
                f"headrace.runtime.{mode}.make_runner",
                lambda _name, _options: runner_type(InProcessOptions(workers=2)),
            )

    return use


@pytest.fixture
def commands(rows, settings):
    def of(pipeline, *arguments):
        read_rows = (pipeline, "--input", rows, "--model")
        return {
            "train": ("train", *read_rows, "m", "--version", "v1", *settings, *arguments),
            "score": ("score", *read_rows, "m@v1", "--output", "o", "--out-of-fold"),
            "evaluate": ("evaluate", *read_rows, "m@v1"),
        }

    return of


def types_in(value):
    yield type(value)
    if isinstance(value, dict):
        value = [*value, *value.values()]
    if isinstance(value, list | tuple):
        for part in value:
            yield from types_in(part)


@pytest.mark.parametrize("pipeline", PIPELINES)
def test_no_batch_crosses_a_shuffle_or_waits_as_a_side_input(
    headrace, use_runner, commands, pipeline
):
    use_runner(WatchingRunner)
    for mode, command in commands(pipeline, "--set", "transforms.x=[standardize]").items():
        crossed.clear()
        assert headrace(*command).code == 0
        types = {type_ for element in crossed for type_ in types_in(element)}
        assert Shard in types, mode
        assert not [type_ for type_ in types if issubclass(type_, ARROW)], mode


@pytest.mark.parametrize("case", list(product(PIPELINES, MODES)), ids="-".join)
def test_a_run_whose_runner_lost_a_shard_is_refused(
    headrace, use_runner, commands, published, root, case
):
    pipeline, mode = case
    command = commands(pipeline)
    if mode != "train":
        assert headrace(*command["train"]).code == 0
    before = published(root)
    use_runner(LosingRunner)
    with pytest.raises(AssertionError, match=r"2 shards .* the runner brought \[0\] to their ends"):
        headrace(*command[mode])
    assert published(root) == before


def test_a_later_pass_that_lost_a_shard_is_refused_as_well(headrace, use_runner, commands):
    class LosingLater(LosingRunner):
        passes = 0

        def run(self, graph):
            type(self).passes += 1
            super().run(graph) if self.passes > 1 else InProcessRunner.run(self, graph)

    use_runner(LosingLater)
    with pytest.raises(AssertionError, match="2 shards were to be read"):
        headrace(*commands("shift", "--set", "transforms.x=[standardize]")["train"])
    assert LosingLater.passes == 2


@pytest.mark.parametrize("pipeline", PIPELINES)
def test_the_number_of_workers_does_not_change_a_byte(headrace, rows, settings, root, pipeline):
    for workers in (1, 3):
        options = rows.parent / "options.yaml"
        options.write_text(f"workers: {workers}\n")
        common = (pipeline, "--input", rows, "--version", f"v{workers}")
        runner = ("--runner-options", options)
        transforms = ("--set", "transforms.x=[standardize]")
        ended = headrace("train", *common, *runner, "--model", "m", *settings, *transforms)
        assert ended.code == 0
        ended = headrace("score", *common, *runner, "--model", "m@v1", "--output", "o")
        assert ended.code == 0
    for name in ("models/m", "datasets/o"):
        one, three = (
            {
                path.relative_to(folder).as_posix(): path.read_bytes()
                for path in folder.rglob("*")
                if path.is_file()
            }
            for version in ("v1", "v3")
            for folder in (root / name / "versions" / version).glob("*/")
        )
        assert one == three
