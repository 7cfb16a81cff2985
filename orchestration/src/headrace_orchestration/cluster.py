"""What an environment file says about Kubernetes; pydantic only, no Kubernetes library."""

from __future__ import annotations

import re
from typing import Annotated, Final

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from headrace_orchestration.fields import Memory, Text, VariableName

__all__ = ["Cluster", "SecretKey"]

# A label of DNS, as Kubernetes names namespaces; and several with dots, as it names the rest.
_NAMESPACE: Final = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")
_OBJECT: Final = re.compile(rf"(?=.{{1,253}}$){_NAMESPACE.pattern}(\.{_NAMESPACE.pattern})*")
_KEY: Final = re.compile(r"[-._a-zA-Z0-9]{1,253}")


def _namespace(text: str) -> str:
    if not _NAMESPACE.fullmatch(text):
        raise ValueError(
            f"'{text}' is not a namespace; wanted lower-case letters, digits and '-', a letter or "
            "digit first and last, at most 63 characters"
        )
    return text


def _object(text: str) -> str:
    if not _OBJECT.fullmatch(text):
        raise ValueError(
            f"'{text}' is not a name of Kubernetes; wanted lower-case letters, digits, '-' and '.'"
        )
    return text


def _key(text: str) -> str:
    if not _KEY.fullmatch(text):
        raise ValueError(f"'{text}' is not a key; wanted letters, digits, '-', '_' and '.'")
    return text


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)


class SecretKey(_Part):
    """Where a secret lies: never its value."""

    secret: Annotated[str, AfterValidator(_object)]
    """Name of a Secret in the namespace."""
    key: Annotated[str, AfterValidator(_key)]


class Cluster(_Part):
    """Where pods run and as whom."""

    namespace: Annotated[str, AfterValidator(_namespace)]
    service_account: Annotated[str, AfterValidator(_object)] | None = None
    """Whose rights the pods have, for example on the object store (workload identity)."""
    image_pull_secrets: tuple[Annotated[str, AfterValidator(_object)], ...] = ()
    secrets: dict[VariableName, SecretKey] = {}
    """Environment variable of the pods to where its value lies."""
    node_selector: dict[str, str] = {}
    pod_template: Text | None = None
    """YAML of a pod, relative to this file: tolerations, volumes, whatever else a cluster needs.
    What Headrace sets goes before it."""
    memory: Memory = "2Gi"
    """Of steps that do not say what they need: no pod is without a limit."""
    startup_timeout: Annotated[int, Field(ge=1)] = 600
    """Seconds a pod may take to start: a node may have to be made, and an image pulled."""
    connection: Text | None = None
    """Airflow's connection to the cluster; by default its own, within the cluster it runs in."""
    kubeconfig: Text | None = None
    """A kubeconfig file, relative to this file, in place of a connection."""
