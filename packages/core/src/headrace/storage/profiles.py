"""Credentials of an AWS profile, which the storage library does not read by itself."""

from __future__ import annotations

from importlib.util import find_spec
from typing import TYPE_CHECKING

from headrace.errors import RequestError

if TYPE_CHECKING:
    from obstore.auth.boto3 import Boto3CredentialProvider

__all__ = ["profile_credentials"]


def profile_credentials() -> Boto3CredentialProvider | None:
    """Return the credentials of the profile in use, if there are profiles and boto3 is installed.

    boto3 decides as it always does: variables first, then ``AWS_PROFILE``, ``default``, and what
    the profile refers to, such as a role or single sign-on.

    Raises
    ------
    RequestError
        The profile does not exist, or gives no credentials.
    """
    if find_spec("boto3") is None:
        return None
    import boto3  # noqa: PLC0415 - only for object stores of AWS
    from botocore.exceptions import BotoCoreError  # noqa: PLC0415 - see above
    from obstore.auth.boto3 import Boto3CredentialProvider  # noqa: PLC0415 - see above

    try:
        session = boto3.Session()
        if not session.available_profiles or session.get_credentials() is None:
            return None
        return Boto3CredentialProvider(session)
    except BotoCoreError as error:
        raise RequestError(
            f"The AWS profile cannot be used: {error}",
            where="AWS_PROFILE, ~/.aws/config and ~/.aws/credentials",
            fix="see what it says: aws sts get-caller-identity",
        ) from error
