"""Connect to the local disk or to an object store, by URI."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from obstore.exceptions import GenericError
from obstore.store import LocalStore, from_url

from headrace.contracts.uris import is_remote
from headrace.errors import RequestError
from headrace.storage.faults import translated
from headrace.storage.profiles import profile_credentials

if TYPE_CHECKING:
    from obstore.store import ObjectStore

__all__ = ["connect"]

_AWS: Final = ("s3", "s3a")
_RETRY_SECONDS: Final = 60
_MAX_RETRIES: Final = 6


def connect(uri: str) -> tuple[ObjectStore, str]:
    """Return the disk or bucket of a normal URI, and the path within it; sends nothing.

    Credentials, region and endpoint of an object store come from its usual variables, such as
    ``AWS_ACCESS_KEY_ID`` and ``AWS_ENDPOINT``, from a profile, or from the machine's role.

    Raises
    ------
    RequestError
        The object store cannot be addressed so, or its account or credentials are incomplete.
    """
    if not is_remote(uri):
        return LocalStore(), uri.strip("/")
    scheme, _, rest = uri.partition("://")
    bucket, _, path = rest.partition("/")
    retry_seconds = timedelta(seconds=_RETRY_SECONDS)
    with translated("read", uri, "remote", RequestError):
        try:
            store = from_url(
                f"{scheme}://{bucket}/",
                retry_config={"max_retries": _MAX_RETRIES, "retry_timeout": retry_seconds},
                credential_provider=profile_credentials() if scheme in _AWS else None,
            )
        except GenericError as error:
            said = str(error).partition("\n")[0]
            raise RequestError(f"Cannot open the object store: {said}", where=uri) from error
    return store, path
