"""An object store that answers 500, resets connections and is slow: retried, or exit 75."""

import http.client
import os
import subprocess
import sys
from dataclasses import replace

import pytest
from harness.place import COMMANDS, Outcome, outcome_of
from harness.proxy import Proxy, Weather
from harness.reader import look

BUCKET = "models-and-data"
ROOT = f"s3://{BUCKET}/root"
PUBLISHING = COMMANDS[:2]


@pytest.fixture(scope="module")
def server():
    """Return the port of a real server of the S3 protocol, which keeps objects in memory."""
    pytest.importorskip("moto", reason="moto, the server of the S3 protocol, is not installed")
    program = (
        "from moto.server import ThreadedMotoServer\n"
        "server = ThreadedMotoServer('127.0.0.1', 0, verbose=False)\n"
        "server.start()\n"
        "print(server.get_host_and_port()[1], flush=True)\n"
        "input()\n"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", program],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    yield int(process.stdout.readline())
    process.kill()
    process.wait()
    process.stdin.close()
    process.stdout.close()


@pytest.fixture(scope="module")
def proxy(server):
    with Proxy(server) as proxy:
        yield proxy
        proxy.shutdown()


@pytest.fixture
def environment(proxy, monkeypatch):
    """Return the variables that lead to the store, and set them for the reader as well."""
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    found = {
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_REGION": "us-east-1",
        "AWS_ENDPOINT": proxy.endpoint,
        "AWS_ENDPOINT_URL": proxy.endpoint,
        "AWS_ALLOW_HTTP": "true",
        "AWS_EC2_METADATA_DISABLED": "true",
    }
    for name, value in found.items():
        monkeypatch.setenv(name, value)
    return found


@pytest.fixture
def bucket(server, proxy, environment, pool, place, tmp_path):
    """Empty the store and publish the first versions there; return where to run."""
    proxy.weather = Weather()
    connection = http.client.HTTPConnection("127.0.0.1", server)
    for method, path in (("POST", "/moto-api/reset"), ("PUT", f"/{BUCKET}")):
        connection.request(method, path)
        assert connection.getresponse().read() is not None
    connection.close()
    folder = place.copy(tmp_path / "here")
    with pool.one() as runs:
        for command in PUBLISHING:
            argv = ["v1" if part == "v2" else part for part in remote(command)]
            ended = runs.run(folder, *argv, environment=environment)
            assert ended.code == 0, ended.err
    return folder


def remote(command):
    """Return a command's arguments with the root in the object store."""
    return [ROOT if part == "root" else part for part in command.argv]


def state(command):
    """Return what a reader sees of what a command makes, or None; all of it must be whole."""
    name, version = command.address
    seen = look(ROOT)
    assert "v1" in seen.versions[name]
    manifest = seen.versions[name].get(version)
    return None if manifest is None else Outcome(manifest.rows.model_dump(), manifest.digest)


WEATHERS = {
    "errors": Weather(error=0.25),
    "resets": Weather(reset=0.25),
    "lost answers": Weather(lost=0.25),
    "slow": Weather(slow=0.2),
    "all of it": Weather(error=0.08, reset=0.08, lost=0.08, slow=0.08),
    "lost answer to the manifest": Weather(lost=1.0, only="PUT _manifest", most=4),
}


@pytest.mark.parametrize("weather", WEATHERS)
@pytest.mark.parametrize("command", PUBLISHING, ids=lambda command: command.name)
def test_trouble_that_passes_is_retried(  # noqa: PLR0917 - fixtures
    pool, place, proxy, environment, bucket, command, weather
):
    proxy.weather = met = replace(WEATHERS[weather])
    with pool.one() as runs:
        ended = runs.run(bucket, *remote(command), environment=environment)
        proxy.weather = Weather()
        assert met.met, "nothing was met"
        if ended.code:  # too many faults in a row
            assert ended.code == 75, ended.err
            assert "Traceback" not in ended.err
            assert state(command) in {None, place.outcomes[command.name]}
            ended = runs.run(bucket, *remote(command), environment=environment)
    assert ended.code == 0, ended.err
    assert outcome_of(ended) == place.outcomes[command.name]
    assert state(command) == place.outcomes[command.name]


DEAD = {
    "from the start": Weather(error=1.0),
    "for parts and bundles": Weather(error=1.0, only="PUT /versions/"),
    "for manifests": Weather(reset=1.0, only="PUT _manifest"),
    "with lost manifests": Weather(lost=1.0, only="PUT /o/versions/v2/_manifest"),
}


@pytest.mark.parametrize("weather", DEAD)
def test_trouble_that_does_not_pass_is_exit_75_and_nothing_half_is_visible(
    pool, place, proxy, environment, bucket, weather
):
    (command,) = (command for command in PUBLISHING if command.name == "score")
    proxy.weather = replace(DEAD[weather])
    with pool.one() as runs:
        ended = runs.run(bucket, *remote(command), environment=environment)
        proxy.weather = Weather()
        assert ended.code == 75, ended.err
        assert "error: Cannot " in ended.err
        assert "  fix:   try again" in ended.err
        assert "Traceback" not in ended.err
        is_lost = weather == "with lost manifests"  # stored, but nobody heard of it
        assert state(command) == (place.outcomes[command.name] if is_lost else None)
        again = runs.run(bucket, *remote(command), environment=environment)
    assert again.code == 0, again.err
    assert ("already done" in again.err) == is_lost
    assert state(command) == place.outcomes[command.name]
