import pytest

from headrace.errors import RequestError
from headrace.storage.connect import connect
from headrace.storage.profiles import profile_credentials

pytest.importorskip("boto3", reason="of the extra aws")

PROFILES = """
[default]
aws_access_key_id = the-default
aws_secret_access_key = secret

[nightly]
aws_access_key_id = the-nightly
aws_secret_access_key = secret
"""


@pytest.fixture(autouse=True)
def profiles(tmp_path, monkeypatch):
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE", "AWS_SESSION_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    file = tmp_path / "credentials"
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(file))
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    return file


def key_in_use():
    provider = profile_credentials()
    return None if provider is None else provider()["access_key_id"]


def test_the_default_profile_is_used(profiles):
    profiles.write_text(PROFILES)
    assert key_in_use() == "the-default"


def test_a_profile_is_chosen_by_its_variable(profiles, monkeypatch):
    profiles.write_text(PROFILES)
    monkeypatch.setenv("AWS_PROFILE", "nightly")
    assert key_in_use() == "the-nightly"


def test_credentials_in_the_environment_come_first(profiles, monkeypatch):
    profiles.write_text(PROFILES)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "of-the-environment")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    assert key_in_use() == "of-the-environment"


def test_without_profiles_the_storage_library_looks_by_itself():
    assert key_in_use() is None


def test_a_profile_that_does_not_exist_is_an_error_of_the_request(profiles, monkeypatch):
    profiles.write_text(PROFILES)
    monkeypatch.setenv("AWS_PROFILE", "nigthly")
    with pytest.raises(RequestError, match="nigthly"):
        connect("s3://bucket/models")


def test_a_bucket_is_opened_with_the_profile(profiles):
    profiles.write_text(PROFILES)
    store, path = connect("s3://bucket/models")
    assert path == "models"
    assert store.credential_provider()["access_key_id"] == "the-default"
