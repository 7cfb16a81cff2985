"""Everything that reads bytes from storage, each as a function of the bytes alone.

Run as a program, it reads for another process: a name on the command line, then one case after the
other on the standard input, each with its length before it; it answers each with a letter. So a
parser that crashes, hangs or wants all memory ends this process, and tells on itself.
"""

import resource
import signal
import sys
import tempfile
from functools import cache
from pathlib import Path

import numpy as np

from headrace.contracts.digests import sha256
from headrace.data.features import Feature, Features, TrainingBatch
from headrace.data.shards import plan_shards, read_shard
from headrace.errors import HeadraceError
from headrace.models.golden import repeat_golden
from headrace.models.loading import bundle_of
from headrace.plugins import discover
from headrace.storage import Versions
from headrace_linreg.statistic import LeastSquares

SEEDS = Path(__file__).parents[1] / "compat" / "bundles" / "0.1"
MEMORY = 3 * 2**30
SECONDS = 20

DONE, REFUSED, FAILED = b"d", b"r", b"f"

_folder = Path(tempfile.mkdtemp())


def _versions(pipeline):
    return SEEDS / "models" / pipeline / "versions" / "v1"


@cache
def _plugins():
    return discover()


@cache
def _files(pipeline):
    folder = _versions(pipeline)
    paths = [path for path in folder.rglob("*") if path.is_file() and path.name[0] != "_"]
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in paths}


def _proved(pipeline, path, data):
    """Load a bundle one of whose files is another, and predict its golden rows."""
    files = _files(pipeline) | {path: data}
    repeat_golden(bundle_of(files, _plugins()), files["golden.arrow"])


def _vouched(pipeline, path, name, data):
    """Do so with a digest that whoever wrote the file has put beside it."""
    beside = f"model/{pipeline}.json"
    old = sha256(_files(pipeline)[path]).encode()
    files = _files(pipeline)
    files = files | {path: data, beside: files[beside].replace(old, sha256(data).encode())}
    assert name in beside
    repeat_golden(bundle_of(files, _plugins()), files["golden.arrow"])


def _written(path, data):
    place = _folder / path
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_bytes(data)
    return place


def read_manifest(data):
    _written("m/versions/v1/_manifest.json", data)
    versions = Versions(str(_folder / "m"), "model")
    versions.manifest("v1")


def read_alias(data):
    _written("a/aliases/000001.json", data)
    aliases = Versions(str(_folder / "a"), "model").aliases
    aliases.current()
    aliases.history()


def read_parquet(data):
    place = _written("part.parquet", data)
    source = plan_shards([str(place)])
    for shard in source.shards:
        for batch in read_shard(shard, source.schema):
            batch.validate(full=True)


@cache
def _sums():
    """Write sums of a few rows, for no release before has any."""
    fit = LeastSquares(intercept=True)
    columns = tuple(Feature(name, np.linspace(0.1, 3.0, 7) ** 2) for name in ("a", "b"))
    rows = TrainingBatch(Features(columns, 7), np.linspace(-1.0, 1.0, 7), None)
    (data,) = fit.dump({fold: fit.add(fit.zero(), rows) for fold in range(2)}).values()
    return _written("sums/gram.arrow", data)


def read_sums(data):
    fit = LeastSquares(intercept=True)
    fit.dump(fit.load({"gram.arrow": data}))


READERS = {
    "manifest": (_versions("xgb") / "_manifest.json", read_manifest),
    "alias": (SEEDS / "models/xgb/aliases/000001.json", read_alias),
    "bundle": (
        _versions("linreg") / "bundle.json",
        lambda data: _proved("linreg", "bundle.json", data),
    ),
    "linear": (
        _versions("linreg") / "model/linear.json",
        lambda data: _proved("linreg", "model/linear.json", data),
    ),
    "golden": (
        _versions("linreg") / "golden.arrow",
        lambda data: _proved("linreg", "golden.arrow", data),
    ),
    "sums": (_sums(), read_sums),
    "xgb": (
        _versions("xgb") / "model/xgb.json",
        lambda data: _proved("xgb", "model/xgb.json", data),
    ),
    "lgbm": (
        _versions("lgbm") / "model/lgbm.json",
        lambda data: _proved("lgbm", "model/lgbm.json", data),
    ),
    "damaged-ubjson": (
        _versions("xgb") / "model/model.ubj",
        lambda data: _proved("xgb", "model/model.ubj", data),
    ),
    "damaged-lightgbm": (
        _versions("lgbm") / "model/model.txt",
        lambda data: _proved("lgbm", "model/model.txt", data),
    ),
    "hostile-ubjson": (
        _versions("xgb") / "model/model.ubj",
        lambda data: _vouched("xgb", "model/model.ubj", "xgb", data),
    ),
    "hostile-lightgbm": (
        _versions("lgbm") / "model/model.txt",
        lambda data: _vouched("lgbm", "model/model.txt", "lgbm", data),
    ),
    "parquet": (SEEDS / "datasets/xgb.full/versions/v1/part-00000.parquet", read_parquet),
}


def main():
    seed, read = READERS[sys.argv[1]]
    read(seed.read_bytes())  # as it was written, it is read; and all is imported
    used = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (used + MEMORY, used + MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    answers = open(1, "wb", buffering=0, closefd=False)  # noqa: SIM115 - of the descriptor
    cases = sys.stdin.buffer
    while length := cases.read(4):
        data = cases.read(int.from_bytes(length, "big"))
        signal.alarm(SECONDS)
        try:
            read(data)
            answer = DONE
        except HeadraceError:
            answer = REFUSED
        except BaseException as error:  # noqa: BLE001 - that is what is looked for
            answer = FAILED
            sys.stderr.write(f"{type(error).__name__}: {error}\n")
            import traceback  # noqa: PLC0415 - hardly ever

            traceback.print_exc()
            sys.stderr.flush()
        signal.alarm(0)
        answers.write(answer)


if __name__ == "__main__":
    main()
