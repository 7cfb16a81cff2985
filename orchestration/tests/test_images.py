"""Images by name: the environment says where they are."""

import pytest

from headrace.contracts.catalog import Catalog
from headrace.errors import RequestError
from headrace_orchestration.check_command import check_command
from headrace_orchestration.environment import load_environment
from headrace_orchestration.images import find_image, image_faults
from headrace_orchestration.load import load_flow
from headrace_orchestration.local.command import run_command

KUBERNETES = "runtime: kubernetes\nroot: s3://lake\nkubernetes: {namespace: flights}\n"
DIGEST = f"registry.example.com/project@sha256:{'a' * 64}"


@pytest.fixture
def environment(tmp_path):
    def load(text):
        file = tmp_path / "env.yaml"
        file.write_text(text)
        return load_environment(file, None)

    return load


def test_the_environment_says_where_an_image_is(environment):
    found = environment(f"{KUBERNETES}images: {{project: '{DIGEST}'}}\n")
    assert find_image("project", found) == DIGEST


def test_a_tag_is_refused_where_digests_are_required(environment):
    with pytest.raises(RequestError) as caught:
        environment(f"{KUBERNETES}images: {{project: 'x/y:1'}}\nrequire_digests: true\n")
    assert "image 'project' is 'x/y:1'; wanted REPOSITORY@sha256:DIGEST" in str(caught.value)


def test_a_missing_image_is_told_once_where_it_is_named(environment, flights, edit):
    faults = image_faults(load_flow(flights), environment(KUBERNETES))
    (fault,) = map(str, faults)
    assert fault == f"{flights}:3: image: there is no image 'project'; there are: none"
    edit("promote: champion", "promote: champion\n    image: big")
    known = environment(f"{KUBERNETES}images: {{project: '{DIGEST}', bigger: x}}\n")
    (fault,) = map(str, image_faults(load_flow(flights), known))
    assert "steps.train_xgb.image: there is no image 'big'; did you mean 'bigger'?" in fault


def test_on_this_machine_no_image_is_needed(environment, flights):
    assert list(image_faults(load_flow(flights), environment("root: /data\n"))) == []


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("runtime: kubernetes\nroot: s3://x\n", "runtime 'kubernetes' needs the part 'kubernetes'"),
        ("kubernetes: {namespace: x}\n", "runtime 'local' has no use for the part 'kubernetes'"),
        ("runtime: kubernetes\nkubernetes: {namespace: x}\n", "needs a root that pods can reach"),
        (KUBERNETES.replace("flights", "Flights_1"), "'Flights_1' is not a namespace"),
        (
            KUBERNETES.replace("flights", "x, secrets: {TOKEN: {secret: A b, key: k}}"),
            "'A b' is not a name of Kubernetes",
        ),
        (KUBERNETES.replace("flights", "x, secrets: {TOKEN: word}"), "secrets.TOKEN"),
        (KUBERNETES.replace("flights", "x, service_acount: y"), "did you mean 'service_account'?"),
    ],
)
def test_what_cannot_be_is_told(environment, text, said):
    with pytest.raises(RequestError) as caught:
        environment(text)
    assert said in str(caught.value)


def test_files_of_an_environment_lie_beside_it(environment, tmp_path):
    found = environment(
        "runtime: kubernetes\nroot: s3://x\nentrypoint: [/app/headrace]\n"
        "kubernetes: {namespace: x, pod_template: pod.yaml, kubeconfig: /etc/kubeconfig}\n"
    )
    assert found.kubernetes.pod_template == f"{tmp_path}/pod.yaml"
    assert found.kubernetes.kubeconfig == "/etc/kubeconfig"
    assert found.entrypoint == ("/app/headrace",)
    assert environment("entrypoint: [./bin/headrace, -v]\n").entrypoint == (
        f"{tmp_path}/bin/headrace",
        "-v",
    )


def test_this_machine_does_not_run_what_is_to_run_in_pods(flights, tmp_path):
    file = tmp_path / "env.yaml"
    file.write_text(KUBERNETES)
    given = {"root": None, "params": [], "run_key": None, "as_json": False}
    with pytest.raises(RequestError, match="runs flows on 'kubernetes', not on this machine"):
        run_command(flights, file, **given)


def test_check_tells_of_a_missing_image_with_all_else(edit, tmp_path):
    file = tmp_path / "env.yaml"
    file.write_text(KUBERNETES)
    catalog = tmp_path / "catalog.json"
    catalog.write_text(
        Catalog(version="1", plugins={}, pipelines={}, transforms={}).model_dump_json()
    )
    given = {"root": None, "params": [], "catalog_file": catalog, "as_json": False}
    with pytest.raises(RequestError) as caught:
        check_command(edit("promote: champion", "promote: best"), file, **given)
    assert "image: there is no image 'project'" in str(caught.value)
    assert "there is no pipeline 'linreg'" in str(caught.value)
