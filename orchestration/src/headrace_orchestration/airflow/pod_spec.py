"""The safe parts of every pod: who it runs as, what it may write, how much it may take."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from kubernetes.client import models as k8s

if TYPE_CHECKING:
    from headrace_orchestration.cluster import Cluster, SecretKey
    from headrace_orchestration.environment import Environment
    from headrace_orchestration.flow import Resources

__all__ = [
    "CONTAINER_SECURITY",
    "POD_SECURITY",
    "TEMPORARY",
    "resource_requirements",
    "variables_of",
]

_NOBODY: Final = 65532  # as the project's image has it; any number but 0 would do
_TEMPORARY_FOLDER: Final = "/tmp"  # noqa: S108 - the pod's own
_RESULT_PATH: Final = "/dev/termination-log"  # what Kubernetes keeps of a pod besides its logs

TEMPORARY: Final = (
    k8s.V1Volume(name="tmp", empty_dir=k8s.V1EmptyDirVolumeSource()),
    k8s.V1VolumeMount(name="tmp", mount_path=_TEMPORARY_FOLDER),
)
"""The only folder that a step may write to."""


POD_SECURITY: Final = k8s.V1PodSecurityContext(
    run_as_non_root=True,
    run_as_user=_NOBODY,
    run_as_group=_NOBODY,
    fs_group=_NOBODY,
    seccomp_profile=k8s.V1SeccompProfile(type="RuntimeDefault"),
)
"""Without root, and with the runtime's usual system calls only."""

CONTAINER_SECURITY: Final = k8s.V1SecurityContext(
    allow_privilege_escalation=False,
    read_only_root_filesystem=True,
    capabilities=k8s.V1Capabilities(drop=["ALL"]),
)
"""Without capabilities, on a root file system that is only read."""


def resource_requirements(
    resources: Resources | None, cluster: Cluster
) -> k8s.V1ResourceRequirements:
    """Return what a pod asks for.

    Memory is bounded by what is asked for, so that a step that outgrows it takes no other with
    it. CPU is not: what is idle may be used.
    """
    memory = (resources.memory if resources else None) or cluster.memory
    cpu = resources.cpu if resources else "1"
    return k8s.V1ResourceRequirements(
        requests={"cpu": cpu, "memory": memory}, limits={"memory": memory}
    )


def variables_of(environment: Environment, cluster: Cluster) -> list[k8s.V1EnvVar]:
    """Return a pod's environment variables; secrets only as references to where they lie."""
    plain = {
        **environment.variables,
        "HEADRACE_ROOT": environment.root,
        "HEADRACE_RESULT_PATH": _RESULT_PATH,
    }
    return [
        *(k8s.V1EnvVar(name=name, value=value) for name, value in plain.items()),
        *(_secret(name, key) for name, key in cluster.secrets.items()),
    ]


def _secret(name: str, key: SecretKey) -> k8s.V1EnvVar:
    selector = k8s.V1SecretKeySelector(name=key.secret, key=key.key)
    return k8s.V1EnvVar(name=name, value_from=k8s.V1EnvVarSource(secret_key_ref=selector))
