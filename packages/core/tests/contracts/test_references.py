from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headrace.contracts.references import (
    LATEST,
    Reference,
    check_alias,
    check_name,
    check_version,
    default_version,
    is_alias,
    is_name,
    is_version,
    name_uri,
    parse_reference,
    version_for,
)
from headrace.contracts.uris import normal_uri
from headrace.errors import RequestError

ARABIC_ONE = chr(0x661)
DIGEST = "sha256:1a2b3c4d" + "0" * 56

versions = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9._-]{0,60}", fullmatch=True).filter(is_version)
aliases = st.from_regex(r"[a-z][a-z_-]{0,63}", fullmatch=True).filter(is_alias)
names = st.from_regex(r"[a-z0-9]([a-z0-9._-]{0,60}[a-z0-9])?", fullmatch=True).filter(is_name)
places = st.one_of(
    names,
    names.map("s3://bucket/{}".format),
    names.map("/data/me@home/{}".format),
    names.map("abfss://c@account.dfs.core.windows.net/{}".format),
)


@given(places, st.one_of(st.none(), st.just(LATEST), versions, aliases))
def test_a_reference_survives_being_written_and_read(name, selector):
    reference = Reference(name, selector)
    assert parse_reference(str(reference)) == reference


@given(st.text(alphabet=st.sampled_from("ab1@/.:-_ \n"), max_size=30))
def test_any_text_is_refused_or_written_back_as_it_was(text):
    try:
        reference = parse_reference(text)
    except RequestError:
        return
    assert str(reference) == text
    if reference.selector is not None:
        assert "/" not in reference.selector
        assert not reference.selector.startswith(".")


@given(st.text())
def test_no_text_is_both_a_version_and_an_alias_and_latest_is_neither(text):
    assert not (is_version(text) and is_alias(text))
    assert not is_version(LATEST)
    assert not is_alias(LATEST)


@given(st.one_of(versions, names))
def test_versions_and_names_stay_within_their_folder(text):
    assert (Path("/root/folder") / text).resolve().parent == Path("/root/folder")


@pytest.mark.parametrize(
    "text", ["v1", "20261124T083649Z-1a2b3c4d", "manual__2026-01-01T00-00-00", "2026-01-01", "7"]
)
def test_run_keys_and_timestamps_are_versions(text):
    assert check_version(text) == text


@pytest.mark.parametrize(
    "text",
    [
        "",
        "first",
        "../1",
        "a/1",
        ".1",
        "-1",
        "_1",
        "1 2",
        "1\n",
        "v1@x",
        "é1",
        "1" * 129,
        "1:2",
        ARABIC_ONE,
    ],
)
def test_what_is_not_a_version_is_refused(text):
    with pytest.raises(RequestError, match="is not a version; wanted letters, digits"):
        check_version(text)


def test_a_refused_version_comes_with_one_that_will_do():
    with pytest.raises(RequestError, match=r"for example 'first-\d{8}'"):
        check_version("first")


@pytest.mark.parametrize("text", ["", "v1", "Champion", "a/b", "..", "-a", "a.b", "a" * 65, "a\n"])
def test_what_is_not_an_alias_is_refused(text):
    with pytest.raises(RequestError, match="is not an alias; wanted lower-case letters"):
        check_alias(text)


def test_latest_cannot_be_an_alias():
    with pytest.raises(RequestError, match="'latest' always is the newest version"):
        check_alias("latest")


@pytest.mark.parametrize(
    "text", ["", ".", "..", "a..b", ".a", "a.", "-a", "Flights", "a b", "a*", "a\n", "a" * 129]
)
def test_what_is_not_a_bare_name_is_refused(text):
    with pytest.raises(RequestError, match="is not a name; wanted lower-case letters"):
        check_name(text)


@pytest.mark.parametrize(
    "text",
    ["flights@", "flights@../../x", "flights@/etc/passwd", "flights@.hidden", "flights@V x", "a@B"],
)
def test_a_selector_that_is_neither_version_nor_alias_is_refused(text):
    with pytest.raises(RequestError, match="neither a version nor an alias"):
        parse_reference(text)


def test_a_reference_needs_a_name():
    with pytest.raises(RequestError, match="'@latest' has no name"):
        parse_reference("@latest")


def test_an_at_within_the_path_is_not_a_selector():
    text = "abfss://box@account.dfs.core.windows.net/models/flights"
    assert parse_reference(text) == Reference(text)
    assert parse_reference(f"{text}@champion") == Reference(text, "champion")


@given(st.text())
def test_any_text_has_a_version_for_it(text):
    assert is_version(version_for(text))


@given(st.text(), st.text())
def test_different_texts_have_different_versions(one, other):
    assert (version_for(one) == version_for(other)) == (one == other)


def test_a_run_id_stays_readable_as_a_version():
    run_id = "scheduled__2026-01-01T00:00:00+00:00"
    assert version_for(run_id).startswith("scheduled__2026-01-01T00-00-00-00-00-")
    assert version_for("manual-1") == "manual-1"


def test_the_default_version_is_utc_and_eight_digits_of_the_request():
    created = datetime(2026, 11, 24, 9, 36, 49, tzinfo=timezone(timedelta(hours=1)))
    assert default_version(created, DIGEST) == "20261124T083649Z-1a2b3c4d"


def test_the_default_version_needs_a_time_zone():
    with pytest.raises(ValueError, match="no time zone"):
        default_version(datetime(2026, 1, 1), DIGEST)  # noqa: DTZ001  # the point


@given(st.datetimes(timezones=st.just(UTC)), st.binary(min_size=4, max_size=4))
def test_the_default_version_always_is_a_version(created, digits):
    assert is_version(default_version(created, f"sha256:{digits.hex()}"))


def test_a_bare_name_lies_under_the_root(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert name_uri("a.b", root="./headrace", kind="models") == f"{tmp_path}/headrace/models/a.b"
    assert name_uri("a", root="s3://b/r/", kind="datasets") == "s3://b/r/datasets/a"
    assert name_uri("a", root="/", kind="datasets") == "/datasets/a"


def test_a_path_or_uri_stays_where_it_is(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    root = "/elsewhere"
    assert name_uri("./a", root=root, kind="models") == f"{tmp_path}/a"
    assert name_uri("/x/a/", root=root, kind="models") == "/x/a"
    assert name_uri("file:///x/a%20b", root=root, kind="models") == "/x/a b"
    assert name_uri("gs://b/a/", root=root, kind="models") == "gs://b/a"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("ftp://host/x", "has the scheme 'ftp'; wanted a local path or one of"),
        ("file://host/x", "names a file on the host 'host'"),
        ("s3:///x", "names no bucket; wanted s3://BUCKET/PATH"),
        ("s3://b/x/../y", "has an empty segment, '.' or '..'"),
        ("s3://b//y", "has an empty segment, '.' or '..'"),
        ("", "'' is not a path"),
        ("/a\0b", r"is not a path"),
    ],
)
def test_a_place_that_cannot_be_understood_is_refused(text, message):
    with pytest.raises(RequestError) as caught:
        normal_uri(text)
    assert message in str(caught.value)


@pytest.mark.parametrize("text", ["..", ".", "Flights", "a..b", "@"])
def test_a_bare_name_cannot_lead_out_of_the_root(text):
    with pytest.raises(RequestError, match="is not a name"):
        name_uri(text, root="/r", kind="models")


@pytest.mark.parametrize(
    "uri",
    [
        "s3://AKIA1:s3cr3t@bucket/x",
        "s3://AKIA1:s3c/r3t@bucket/x",
        "s3://AKIA1:s3cr3t@bucket",
        "S3://AKIA1:s3cr3t@Bucket",
        "gs://:s3cr3t@bucket/x",
        "https://user:s3cr3t@host/x",
        "az://container/x?sv=2024&sig=s3cr3t",
        "s3://bucket/x?X-Amz-Credential=AKIA1&X-Amz-Signature=s3cr3t",
        "s3://bucket/x?aws_secret_access_key=s3cr3t",
        "abfss://container@account.dfs.core.windows.net/x?account_key=s3cr3t",
    ],
)
@pytest.mark.parametrize(
    "use", [normal_uri, parse_reference, lambda text: parse_reference(f"{text}@v1")]
)
def test_credentials_in_a_uri_are_refused_and_not_repeated(use, uri):
    with pytest.raises(RequestError, match="has credentials in it") as caught:
        use(uri)
    assert "s3cr3t" not in str(caught.value)
    assert "AKIA1" not in str(caught.value)


@pytest.mark.parametrize(
    "uri",
    [
        "s3://bucket/part-?.parquet",
        "s3://bucket/token=a/x?.parquet",
        "abfss://container@account.dfs.core.windows.net/models/flights",
        "/data/a:b@c/x",
    ],
)
def test_addresses_that_only_look_like_credentials_are_taken(uri):
    assert normal_uri(uri) == uri
