"""What the storage library raises, as our errors: what, where, and whether a retry may cure it."""

from __future__ import annotations

import errno
import os
import re
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final, Literal

from obstore.exceptions import BaseError, PermissionDeniedError, UnauthenticatedError

from headrace.errors import HeadraceError, RequestError, TransientError

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["Action", "Place", "translated"]

_OS_ERROR: Final = re.compile(r"\(os error (\d+)\)")
_STATUS: Final = re.compile(r"status(?: code:)? (4\d\d)\b")
_ABSENT: Final = frozenset({errno.ENOENT, errno.ENOTDIR, errno.ENAMETOOLONG, errno.EISDIR})
_PASSING: Final = frozenset(
    {errno.ENOSPC, errno.EDQUOT, errno.EIO, errno.EMFILE, errno.ENFILE, errno.ESTALE}
)
_RETRIED_STATUS: Final = frozenset({"408", "409", "412", "429"})

Action = Literal["read", "write", "delete"]
Place = Literal["local", "remote"]


@contextmanager
def translated(
    action: Action, uri: str, place: Place, missing: type[HeadraceError]
) -> Iterator[None]:
    """Raise our errors for those of the storage library.

    Parameters
    ----------
    action : {"read", "write", "delete"}
        What is being done.
    uri : str
        What it is done to.
    place : {"local", "remote"}
        A local disk's faults stay, but for a full disk; a network's may pass.
    missing : type of HeadraceError
        Raised for a file to read that is not there.
    """
    try:
        yield
    except HeadraceError:
        raise
    except (BaseError, OSError, ValueError) as error:
        raise _fault(error, action, uri, place, missing) from error


def _fault(
    error: Exception, action: Action, uri: str, place: Place, missing: type[HeadraceError]
) -> HeadraceError:
    said = str(error).partition("\n")[0]
    if isinstance(error, FileNotFoundError):
        if action != "write":
            return missing("There is no such file", where=uri)
        return RequestError(
            "Cannot write there: the bucket does not exist", where=uri, fix="create it first"
        )
    if isinstance(error, PermissionDeniedError | UnauthenticatedError):
        return RequestError(
            f"Not allowed to {action}: {said}", where=uri, fix="check the credentials and the role"
        )
    if place == "local":
        return _local_fault(error, action, uri, missing)
    status = _STATUS.search(said)
    if isinstance(error, ValueError) or (status and status[1] not in _RETRIED_STATUS):
        return RequestError(f"The object store refuses to {action}: {said}", where=uri)
    return TransientError(f"Cannot {action}: {said}", where=uri, fix="try again")


def _local_fault(
    error: Exception, action: Action, uri: str, missing: type[HeadraceError]
) -> HeadraceError:
    said = str(error).partition("\n")[0]
    found = _OS_ERROR.search(said)
    number = int(found[1]) if found else getattr(error, "errno", None) or 0
    reason = os.strerror(number) if number else said
    if number in _PASSING:
        return TransientError(f"Cannot {action}: {reason}", where=uri)
    if action != "write" and number in _ABSENT:
        return missing("There is no such file", where=uri)
    return RequestError(f"Cannot {action} there: {reason}", where=uri)
