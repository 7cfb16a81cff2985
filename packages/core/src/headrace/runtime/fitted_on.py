"""What a model is fitted on, file by file, so that nothing is added twice or taken out unasked.

A dataset of ours is known by its parts' digests, wherever it lies; any other file by its address,
and by size and tag whether it is still what it was. Files of other names that hold rows which are
in the model are known after the pass, by what the fit knows of the rows. Imports nothing heavy.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

from pydantic import ValidationError

from headrace.contracts.manifest import SUMS_FOLDER, FittedFile, FittedInput
from headrace.errors import DataError, RequestError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from headrace.contracts.manifest import Manifest
    from headrace.contracts.params import UpdatableParams
    from headrace.storage.inputs import InputFile, ResolvedInput

__all__ = ["check_sums", "fitted_on_after", "update_faults"]

_SHOWN: Final = 5


def update_faults(
    base: Manifest, params: UpdatableParams, source: ResolvedInput | None, where: str | None
) -> Iterator[RequestError]:
    """Yield what is wrong with an update, as far as it is known before anything is read.

    Parameters
    ----------
    base : Manifest
    params : UpdatableParams
        Of the update.
    source : ResolvedInput, optional
        What is to be added or taken out, if it was found.
    where : str, optional
        Expression of the request.
    """
    if not any(file.path.startswith(SUMS_FOLDER) for file in base.files):
        yield RequestError(
            "The base has no sums to start from: it was trained with keep_sums=false, or by a "
            "release that kept none",
            where=base.address,
            fix="train it once more on all of its data",
        )
        return
    yield from _param_faults(base, params)
    if source is not None:
        check = _removal_faults if params.remove else _addition_faults
        yield from check(base, source, where)


def _param_faults(base: Manifest, params: UpdatableParams) -> Iterator[RequestError]:
    try:
        before = type(params).model_validate(base.params).fixed
    except ValidationError as error:
        yield RequestError(
            f"The base's params are none of this release: {error.errors()[0]['msg']}",
            where=base.address,
            fix="train it once more on all of its data",
        )
        return
    for name, value in params.fixed.items():
        if value != before[name]:
            yield RequestError(
                f"Param '{name}' is {json.dumps(value)}; the base was trained with "
                f"{json.dumps(before[name])}, and its sums mean nothing else",
                where=base.address,
                fix=f"leave '{name}' as it was, or train again on all data",
            )


def _addition_faults(
    base: Manifest, source: ResolvedInput, where: str | None
) -> Iterator[RequestError]:
    there = _files_of(base)
    twice = [file for file in _with_rows(source) if _key(file) in there]
    if not twice:
        return
    first = twice[0]
    entry, before = there[_key(first)]
    if _is_changed(first, before):
        why = f"with other content ({_content(before)}; now {_content(first)})"
        fix = "put it back as it was and take it out (remove=true), then add the new one"
    elif entry.where != where:
        why = f"with {_choice(entry.where)}; another choice of its rows may overlap"
        fix = "take it out first, with the --where it was added by (remove=true), then add it again"
    else:
        why = f"with {_choice(where)}"
        fix = "leave it out of --input; to replace rows, take them out first (remove=true)"
    yield RequestError(
        f"{_share(len(twice), source)} in the model already: {first.uri}, {why}",
        where=base.address,
        fix=fix,
    )


def _removal_faults(
    base: Manifest, source: ResolvedInput, where: str | None
) -> Iterator[RequestError]:
    there = _files_of(base)
    files = _with_rows(source)
    absent = [file for file in files if _key(file) not in there]
    found = [(file, *there[_key(file)]) for file in files if _key(file) in there]
    changed = [(file, before) for file, _, before in found if _is_changed(file, before)]
    otherwise = [(file, entry) for file, entry, _ in found if entry.where != where]
    if absent:
        yield RequestError(
            f"{_share(len(absent), source)} not in the model, and cannot be taken out: "
            f"{absent[0].uri} was never added, or was taken out before",
            where=f"{base.address}, fitted on: {_listed(base)}",
            fix="take out what was added, by the same address",
        )
    if changed:
        file, before = changed[0]
        yield RequestError(
            f"{_share(len(changed), source)} not as added: {file.uri} was {_content(before)}, and "
            f"is {_content(file)}",
            where=base.address,
            fix="put the old content back to take it out, or train again on all data",
        )
    if otherwise:
        file, entry = otherwise[0]
        yield RequestError(
            f"{_share(len(otherwise), source)} in the model by another choice of rows: {file.uri} "
            f"was added with {_choice(entry.where)}; got {_choice(where)}",
            where=base.address,
            fix="take it out as it was added, then add it with the --where that is wanted",
        )
    if not absent and files and len({_key(file) for file in files}) == len(there):
        yield RequestError(
            "Nothing would be left: the input is all that the model is fitted on",
            where=base.address,
            fix="add other rows first; to delete the model: headrace models prune",
        )


def check_sums(
    base: Manifest, source: ResolvedInput, sums: str, rows: int, *, remove: bool
) -> str | None:
    """Compare what a pass has found of the rows with what is known of those that were added.

    Parameters
    ----------
    base : Manifest
    source : ResolvedInput
        What was read.
    sums : str
        Digest of what the fit knows of its rows.
    rows : int
    remove : bool
        Whether they are taken out.

    Returns
    -------
    str or None
        A fitted input whose rows look the same as those to be added.

    Raises
    ------
    DataError
        The rows to be taken out are not those that were added.
    """
    if not remove:
        same = (entry.resolved for entry in base.fitted_on if rows and entry.sums == sums)
        return next(same, None)
    keys = {_key(file) for file in source.files}
    touched = [entry for entry in base.fitted_on if keys & set(map(_key, entry.files))]
    if len(touched) == 1 and keys >= set(map(_key, touched[0].files)):
        entry = touched[0]
        if entry.sums and entry.sums != sums:
            raise DataError(
                "The rows to be taken out are not those that were added: the fit finds other sums "
                f"({rows:,} rows; {entry.rows or 0:,} were added)",
                where=entry.resolved,
                fix="take it out with the releases and options that added it (--max-bad), or "
                "train again on all data",
            )
    return None


def fitted_on_after(
    base: Manifest | None,
    source: ResolvedInput,
    where: str | None,
    sums: str,
    rows: int,
    *,
    remove: bool,
) -> tuple[FittedInput, ...]:
    """Return what a new model is fitted on; parameters as for `check_sums`."""
    before = () if base is None else base.fitted_on
    if remove:
        return tuple(_without(before, source, rows))
    files = tuple(
        FittedFile(uri=file.uri, size=file.size, tag=file.tag) for file in _with_rows(source)
    )
    if not files:
        return before
    return (
        *before,
        FittedInput(
            resolved=source.resolved,
            digest=source.digest,
            where=where,
            rows=rows,
            sums=sums,
            files=files,
        ),
    )


def _without(
    before: Sequence[FittedInput], source: ResolvedInput, rows: int
) -> Iterator[FittedInput]:
    keys = {_key(file) for file in source.files}
    touched = [entry for entry in before if keys & set(map(_key, entry.files))]
    for entry in before:
        left = tuple(file for file in entry.files if _key(file) not in keys)
        if len(left) == len(entry.files):
            yield entry
        elif left:
            known = entry.rows is not None and len(touched) == 1
            yield entry.model_copy(
                update={
                    "files": left,
                    "sums": "",
                    "rows": (entry.rows or 0) - rows if known else None,
                }
            )


def _files_of(base: Manifest) -> dict[str, tuple[FittedInput, FittedFile]]:
    return {_key(file): (entry, file) for entry in base.fitted_on for file in entry.files}


def _with_rows(source: ResolvedInput) -> list[InputFile]:
    """Return an input's files but for parts that are known to be empty, which are all alike."""
    return [file for file in source.files if file.rows != 0]


def _key(file: InputFile | FittedFile) -> str:
    return file.tag if file.tag.startswith("sha256:") else file.uri


def _is_changed(file: InputFile, before: FittedFile) -> bool:
    return (file.size, file.tag) != (before.size, before.tag)


def _content(file: InputFile | FittedFile) -> str:
    return f"{file.size:,} bytes, {file.tag}"


def _choice(where: str | None) -> str:
    return "all its rows" if where is None else f"--where '{where}'"


def _share(count: int, source: ResolvedInput) -> str:
    total = len(source.files)
    if total == 1:
        return "The input is"
    return f"{count:,} of the input's {total:,} files {'is' if count == 1 else 'are'}"


def _listed(base: Manifest) -> str:
    names = list(dict.fromkeys(entry.resolved for entry in base.fitted_on))
    more = f" and {len(names) - _SHOWN:,} more" if len(names) > _SHOWN else ""
    return ", ".join(names[:_SHOWN]) + more
