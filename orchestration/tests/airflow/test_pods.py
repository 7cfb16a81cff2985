"""Pods as Kubernetes gets them: made without a cluster, and compared whole."""

import json
from pathlib import Path
from types import SimpleNamespace

import pytest

pytest.importorskip("airflow", reason="./nox -s airflow runs the tests that need it")

from airflow.providers.cncf.kubernetes.operators.pod import KubernetesPodOperator
from airflow.sdk import DAG
from airflow.sdk.exceptions import AirflowException, AirflowFailException
from kubernetes.client import ApiClient
from kubernetes.client import models as k8s

from headrace.errors import RequestError
from headrace_orchestration.airflow import PipelineOperator, flow_dags

GOLDEN = Path(__file__).with_name("pod.json")
ENVIRONMENT = """\
runtime: kubernetes
root: s3://lake/prod
images: {{project: "registry.example.com/project@sha256:{digest}"}}
require_digests: true
pool: headrace
variables: {{AWS_REGION: eu-central-1}}
kubernetes:
  namespace: flights
  service_account: headrace
  image_pull_secrets: [pull]
  secrets: {{TOKEN: {{secret: lake, key: token}}}}
  node_selector: {{disk: fast}}
  kubeconfig: kubeconfig
"""


@pytest.fixture
def environment(kubeconfig):
    file = kubeconfig.with_name("prod.yaml")
    file.write_text(ENVIRONMENT.format(digest="a" * 64))
    return file


@pytest.fixture
def operator(flights, environment):
    (flights.parent / "project.yaml").write_text(
        "name: delays\nowner: team\ncontact: team@example.com\nlabels: {cost-center: '7'}\n"
    )
    return flow_dags(flights.parent, environment)["flights"].get_task("train_xgb")


def context(operator, run_id="manual__2026-01-01T00:00:00+00:00", **values):
    """What a pod is made of: the little of Airflow's context that it looks at."""
    ti = SimpleNamespace(
        dag_id=operator.dag_id, task_id=operator.task_id, try_number=1, map_index=-1
    )
    params = {"rounds": 7, "month": 6}
    dag = operator.dag
    given = {"params": params, "run_id": run_id, "task": operator, "dag": dag, "ti": ti}
    given["dag_run"] = SimpleNamespace(run_id=run_id)
    return given | values


def pod(operator, **values):
    rendered = operator.prepare_for_execution()
    given = context(rendered, **values)
    rendered.render_template_fields(given)
    made = rendered.build_pod_request_obj(given, dry_run=True)
    return ApiClient().sanitize_for_serialization(made)


def test_a_pod_is_what_it_is_meant_to_be(operator):
    made = pod(operator)
    del made["metadata"]["labels"]["airflow_version"]
    made["metadata"]["name"] = made["metadata"]["name"].rpartition("-")[0]
    assert made == json.loads(GOLDEN.read_text())


def test_what_the_operator_does_is_what_it_is_meant_to_do(operator):
    wanted = {
        "deferrable": True,
        "poll_interval": 10,
        "logging_interval": 30,
        "on_finish_action": "delete_succeeded_pod",
        "log_events_on_failure": True,
        "log_pod_spec_on_failure": False,
        "startup_timeout_seconds": 600,
        "do_xcom_push": False,
        "pool": "headrace",
        "retries": 2,
    }
    assert {name: getattr(operator, name) for name in wanted} == wanted
    # A node may have to start first, which is no part of the step's own hour.
    assert operator.execution_timeout.total_seconds() == 3600 + 600
    assert operator.active_deadline_seconds == 3600


def test_a_partition_is_the_run_key(operator):
    (container,) = pod(operator, partition_key="2013-01-05")["spec"]["containers"]
    assert container["args"][container["args"].index("--version") + 1] == "2013-01-05"


def test_secrets_are_references(operator):
    assert "secret_key_ref" not in (text := json.dumps(pod(operator)))
    assert (
        '{"name": "TOKEN", "valueFrom": {"secretKeyRef": {"key": "token", "name": "lake"}}}' in text
    )


def test_a_template_of_the_cluster_adds_what_a_pod_needs_there(operator, flights, environment):
    (environment.parent / "pod.yaml").write_text(
        "spec:\n  tolerations: [{key: gpu, operator: Exists}]\n"
        "  securityContext: {runAsUser: 0}\n  containers: [{name: base}]\n"
    )
    environment.write_text(f"{environment.read_text()}  pod_template: pod.yaml\n")
    spec = pod(flow_dags(flights.parent, environment)["flights"].tasks[0])["spec"]
    assert spec["tolerations"] == [{"key": "gpu", "operator": "Exists"}]
    assert spec["securityContext"]["runAsUser"] == 65532


def own(environment, **given):
    step = {"pipeline": "linreg", "mode": "score", "input": "s3://rows/", "model": "delay@champion"}
    with DAG("own", schedule=None):
        return PipelineOperator(
            **{"task_id": "score", "step": step, "environment": environment, **given}
        )


def test_an_image_by_name_is_needed(environment):
    with pytest.raises(RequestError, match="No image is named"):
        own(environment)


def test_an_author_adds_to_labels_and_volumes_and_replaces_the_rest(environment):
    step = {
        "pipeline": "linreg",
        "mode": "score",
        "input": "s3://rows/{{ run_id }}",
        "model": "${steps.train.model}",
        "image": "project",
    }
    volume = k8s.V1Volume(name="data", host_path=k8s.V1HostPathVolumeSource(path="/data"))
    operator = own(
        environment, step=step, volumes=[volume], labels={"team": "x"}, deferrable=False, retries=4
    )
    made = pod(operator)
    assert [volume["name"] for volume in made["spec"]["volumes"]] == ["tmp", "data"]
    assert made["metadata"]["labels"].items() >= {"team": "x", "pipeline": "linreg"}.items()
    assert (operator.deferrable, operator.retries) == (False, 4)
    assert made["spec"]["containers"][0]["args"] == [
        *("score", "linreg", "--input", "s3://rows/manual__2026-01-01T00:00:00+00:00"),
        *("--model", "s3://lake/prod/models/own.train@manual__2026-01-01T00-00-00-00-00-35882154"),
        *("--output", "s3://lake/prod/datasets/own.score"),
        *("--version", "manual__2026-01-01T00-00-00-00-00-35882154", "--json"),
    ]


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"do_xcom_push": True}, "wants a second container"),
        ({"step": {"pipeline": "p", "mode": "score"}}, "This is not a step: input: Field required"),
        ({"step": {"pipeline": "p", "mode": "fit", "input": "x"}}, "This is not a step"),
        (
            {"step": {"pipeline": "p", "mode": "train", "input": "x", "params": "p.yaml"}},
            "'p.yaml' is a file; wanted the params themselves",
        ),
        (
            {"step": {"pipeline": "p", "mode": "train", "input": "x", "after": ["a"]}},
            "a DAG says what waits for what",
        ),
    ],
)
def test_what_cannot_be_is_told_when_the_dag_is_read(environment, given, said):
    with pytest.raises(RequestError, match=said):
        own(environment, **given)


def test_pods_need_an_environment_of_pods(environment):
    environment.write_text("root: /data\n")
    with pytest.raises(RequestError, match="The environment's runtime is 'local'"):
        own(environment)


def ended(phase, exit_code=None, message=None):
    """A pod as Kubernetes tells its end; without a code where its machine was lost."""
    statuses = []
    if exit_code is not None:
        terminated = k8s.V1ContainerStateTerminated(exit_code=exit_code, message=message)
        state = k8s.V1ContainerState(terminated=terminated)
        given = {"image": "i", "image_id": "i", "ready": False, "restart_count": 0}
        statuses.append(k8s.V1ContainerStatus(name="base", state=state, **given))
    return k8s.V1Pod(
        metadata=k8s.V1ObjectMeta(name="p", namespace="n"),
        status=k8s.V1PodStatus(phase=phase, container_statuses=statuses),
    )


@pytest.fixture
def no_cluster(monkeypatch):
    """Do what the operator does with a cluster in `cleanup` as if there were one."""
    for name in ("patch_already_checked", "_read_pod_container_states", "_read_pod_events"):
        monkeypatch.setattr(KubernetesPodOperator, name, lambda *_, **__: None)
    monkeypatch.setattr(KubernetesPodOperator, "is_istio_enabled", lambda *_: False)
    monkeypatch.setattr(KubernetesPodOperator, "process_pod_deletion", lambda *_, **__: True)


@pytest.mark.parametrize("code", [75, 137, 143, None])
def test_a_pod_that_was_stopped_or_lost_is_tried_again(operator, no_cluster, code):
    remote = ended("Failed", code, "error: the store is away")
    with pytest.raises(AirflowException) as caught:
        operator.cleanup(remote, remote, context={})
    assert not isinstance(caught.value, AirflowFailException)


@pytest.mark.parametrize("code", [1, 2, 3, 4, 5, 6, 139])
def test_a_pod_that_would_fail_again_is_not(operator, no_cluster, code):
    remote = ended("Failed", code, "error: No column 'x'")
    with pytest.raises(AirflowFailException, match="error: No column 'x'") as caught:
        operator.cleanup(remote, remote, context={})
    assert f"exit code {code} is no accident" in str(caught.value)


@pytest.mark.parametrize("message", ['{"seconds": 2.5, "rows": {"read": 7}}', None, "Killed\n"])
def test_the_termination_message_is_the_result_and_may_be_lost(operator, no_cluster, message):
    evaluate = operator.dag.get_task("evaluate_xgb").prepare_for_execution()
    shown = {}
    given = context(evaluate)
    given["ti"].xcom_push = lambda key, value: shown.update({key: value})
    remote = ended("Succeeded", 0, message)
    evaluate.cleanup(remote, remote, context=given)
    evaluate._finish(given)
    version = "manual__2026-01-01T00-00-00-00-00-35882154"
    address = f"s3://lake/prod/datasets/flights.evaluate_xgb@{version}"
    lost = message is None or message.startswith("Killed")
    result = {} if lost else {"seconds": 2.5, "rows": {"read": 7}}
    assert shown["headrace"] == {**result, "address": address, "version": version}
