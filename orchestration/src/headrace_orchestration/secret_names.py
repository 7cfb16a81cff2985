"""Find what looks like a secret where everybody can read it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from headrace.contracts.uris import check_no_credentials
from headrace.errors import RequestError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pydantic import JsonValue

    from headrace_orchestration.faults import Fault
    from headrace_orchestration.yaml_source import Location, Source

__all__ = ["looks_secret", "secret_faults"]

_NAME: Final = re.compile(
    r"token|(.*[_-])?(password|passwd|pwd|passphrase|secret|credentials?|"
    r"(api|auth|access|account|bearer|private|refresh|secret|session)[_-]?(key|token))",
    re.IGNORECASE,
)
_FIX: Final = (
    "give it to the steps as an environment variable: the environment file says where it lies "
    "('secrets' of 'kubernetes')"
)


def looks_secret(name: str) -> bool:
    """Tell whether a name is one that people give to secrets."""
    return _NAME.fullmatch(name) is not None


def secret_faults(source: Source, params_files: Iterable[Source]) -> Iterator[Fault]:
    """Yield a fault for each param with a secret's name, and each URI with credentials.

    Parameters
    ----------
    source : Source
        The flow file.
    params_files : iterable of Source
        Those that it names.
    """
    value = source.value if isinstance(source.value, dict) else {}
    params = value.get("params")
    for name in params if isinstance(params, dict) else ():
        if looks_secret(name):
            yield _fault(source, ("params", name))
    steps = value.get("steps")
    for name, step in steps.items() if isinstance(steps, dict) else ():
        for field in ("params", "set"):
            given = step.get(field) if isinstance(step, dict) else None
            for at in _secret_keys(given, ("steps", name, field)):
                yield _fault(source, at)
    for file in params_files:
        for at in _secret_keys(file.value, ()):
            yield _fault(file, at)
    for file in (source, *params_files):
        for at, text in _texts(file.value, ()):
            try:
                check_no_credentials(text)
            except RequestError as error:
                yield file.fault(at, f"{file.place(at)}: {error.what}; {error.fix}")


def _fault(source: Source, at: Location) -> Fault:
    seen = "params are seen in manifests, on command lines and in logs"
    return source.fault(at, f"{source.place(at)}: this looks like a secret, and {seen}; {_FIX}")


def _secret_keys(value: JsonValue, at: Location) -> Iterator[Location]:
    if isinstance(value, dict):
        for name, item in value.items():
            # A column may be called so, and is named by a text in a list; what is set here is not.
            if isinstance(item, str) and looks_secret(name):
                yield (*at, name)
            else:
                yield from _secret_keys(item, (*at, name))


def _texts(value: JsonValue, at: Location) -> Iterator[tuple[Location, str]]:
    if isinstance(value, str):
        if "://" in value:
            yield at, value
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from _texts(item, (*at, key))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _texts(item, (*at, index))
