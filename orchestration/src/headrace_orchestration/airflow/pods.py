"""Run a step as a pod of Kubernetes."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from airflow.providers.cncf.kubernetes.operators.pod import KubernetesPodOperator
from airflow.sdk.exceptions import AirflowException
from kubernetes.client import models as k8s

from headrace.errors import RequestError
from headrace_orchestration.airflow.outcome import failure, finish, read_result
from headrace_orchestration.airflow.pod_spec import (
    CONTAINER_SECURITY,
    POD_SECURITY,
    TEMPORARY,
    resource_requirements,
    variables_of,
)
from headrace_orchestration.airflow.publishing import outlets_of
from headrace_orchestration.airflow.settings import as_environment, as_task, task_settings
from headrace_orchestration.airflow.task import arguments_of
from headrace_orchestration.images import find_image

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from airflow.sdk import Context

    from headrace_orchestration.airflow.task import Task
    from headrace_orchestration.cluster import Cluster
    from headrace_orchestration.environment import Environment

__all__ = ["POD_DEFAULTS", "PipelineOperator"]

POD_DEFAULTS: Final[Mapping[str, Any]] = {
    "deferrable": True,  # a worker's slot is not held by waiting
    "poll_interval": 10,
    "logging_interval": 30,  # otherwise logs come at the end only
    "startup_check_interval_seconds": 5,
    "on_finish_action": "delete_succeeded_pod",  # those that failed are looked at
    "log_events_on_failure": True,
    "log_pod_spec_on_failure": False,  # a page of YAML in place of the error
    "termination_message_policy": "FallbackToLogsOnError",
    "termination_grace_period": 60,
    "image_pull_policy": "IfNotPresent",
    "automount_service_account_token": False,  # a step does not talk to Kubernetes
}
"""What differs from ``KubernetesPodOperator``'s own defaults, whatever step and environment say."""

_JOINED: Final = ("env_vars", "labels", "node_selector", "volumes", "volume_mounts")
"""What an author adds to, in place of replacing it."""


class PipelineOperator(KubernetesPodOperator):
    """Run a step in a pod of its image.

    Parameters
    ----------
    step : mapping
        The fields of a step, as in a flow file, such as ``pipeline``, ``mode``, ``input``. Texts
        may hold templates of Airflow, and ``${steps.TASK.model}`` for what another task publishes.
    environment : Environment, Path or str
        Where and by what it runs: an environment file.
    **kwargs
        Of ``KubernetesPodOperator``; they go before what step and environment say.

    Raises
    ------
    RequestError
        The step is wrong, the environment is not of pods or has no such image, or an XCom sidecar
        is asked for.
    """

    ui_color = "#e6f1fa"

    def __init__(
        self,
        *,
        step: Mapping[str, object] | Task,
        environment: Environment | Path | str,
        **kwargs: Any,  # noqa: ANN401 - Airflow's
    ) -> None:
        environment = as_environment(environment)
        task = as_task(step, environment)
        cluster = environment.kubernetes
        if cluster is None:
            raise RequestError(
                f"The environment's runtime is '{environment.runtime}'; wanted 'kubernetes'",
                fix="EmbeddedPipelineOperator runs steps without Kubernetes",
            )
        if kwargs.get("do_xcom_push"):
            raise RequestError(
                "do_xcom_push wants a second container in the pod; the small result needs none",
                fix="leave it out: the result is the XCom 'headrace'",
            )
        start = timedelta(seconds=cluster.startup_timeout)
        pod = _pod_settings(task, environment, cluster)
        settings: dict[str, Any] = {
            **POD_DEFAULTS,
            **pod,
            **task_settings(task, environment, kwargs, start=start),
            **{name: _joined(pod[name], kwargs[name]) for name in _JOINED if name in kwargs},
        }
        super().__init__(arguments=arguments_of(task), **settings)
        self.outlets.extend(outlets_of(task, environment, self))
        self._step_task = task
        self._termination: k8s.V1ContainerStateTerminated | None = None

    def execute(self, context: Context) -> None:
        """Start the pod and wait for it; where that is deferred, `trigger_reentry` ends it."""
        super().execute(context)
        if not self.deferrable:
            self._finish(context)

    def trigger_reentry(self, context: Context, event: dict[str, Any]) -> None:
        """Take up a pod that has ended, or has new logs."""
        super().trigger_reentry(context, event)
        self._finish(context)

    def cleanup(
        self,
        pod: k8s.V1Pod,
        remote_pod: k8s.V1Pod,
        xcom_result: dict[Any, Any] | None = None,
        context: Context | None = None,
    ) -> None:
        """Look how the container ended before the pod is deleted; its exit code decides retries."""
        self._termination = _termination(remote_pod, self.base_container_name)
        try:
            super().cleanup(pod, remote_pod, xcom_result, context)
        except AirflowException as error:
            ended = self._termination
            raise failure(str(error), ended.exit_code if ended else None) from error

    def _finish(self, context: Context) -> None:
        message = self._termination.message if self._termination else None
        finish(self._step_task, context, read_result(message))


def _pod_settings(task: Task, environment: Environment, cluster: Cluster) -> dict[str, Any]:
    volume, mount = TEMPORARY
    settings: dict[str, Any] = {
        "image": find_image(task.image, environment),
        "cmds": list(environment.entrypoint),
        "name": f"{task.step.pipeline}-{task.step.mode}".lower().replace("_", "-"),
        "labels": {"pipeline": task.step.pipeline, "mode": task.step.mode},
        "env_vars": variables_of(environment, cluster),
        "container_resources": resource_requirements(task.resources, cluster),
        "security_context": POD_SECURITY,
        "container_security_context": CONTAINER_SECURITY,
        "volumes": [volume],
        "volume_mounts": [mount],
        "namespace": cluster.namespace,
        "service_account_name": cluster.service_account,
        "image_pull_secrets": [
            k8s.V1LocalObjectReference(name) for name in cluster.image_pull_secrets
        ],
        "node_selector": dict(cluster.node_selector),
        "startup_timeout_seconds": cluster.startup_timeout,
        "pod_template_file": cluster.pod_template,
        "config_file": cluster.kubeconfig,
    }
    if cluster.connection:
        settings["kubernetes_conn_id"] = cluster.connection
    if cluster.kubeconfig:
        settings["in_cluster"] = False
    if task.timeout:  # also where nobody watches the pod any more
        settings["active_deadline_seconds"] = int(task.timeout.total_seconds())
    return settings


def _joined(ours: Any, given: Any) -> Any:  # noqa: ANN401 - a mapping or a list
    return {**ours, **given} if isinstance(ours, dict) else [*ours, *given]


def _termination(pod: k8s.V1Pod | None, container: str) -> k8s.V1ContainerStateTerminated | None:
    """Return how a container ended; None if that is not known, as when its machine was lost."""
    statuses = (pod.status.container_statuses if pod and pod.status else None) or ()
    for status in statuses:
        if status.name == container and status.state:
            return status.state.terminated
    return None
