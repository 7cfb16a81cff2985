"""The default run key: the same command on the same data and code takes up the same run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from headrace.contracts.digests import digest_of
from headrace.contracts.references import default_version

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from pathlib import Path

    from headrace_orchestration.local.store import OutsideDigests
    from headrace_orchestration.planned import Plan

__all__ = ["run_digest", "run_key_for"]


def run_digest(plan: Plan, digests: OutsideDigests, versions: Mapping[str, str]) -> str:
    """Return what stands for all that decides a run.

    Parameters
    ----------
    plan : Plan
        With any run key; it must be the same for two runs to be compared.
    digests : OutsideDigests
        Of everything it reads from outside.
    versions : mapping
        Distribution to version of the code that will run.
    """
    return digest_of(
        {
            "steps": {step.name: [*step.argv, step.alias or ""] for step in plan.steps},
            "inputs": dict(digests.inputs),
            "models": dict(digests.models),
            "versions": dict(versions),
        }
    )


def run_key_for(digest: str, runs: Path, now: datetime) -> str:
    """Return the key of the latest run with a digest, or a new one: the time and the digest.

    Parameters
    ----------
    digest : str
        As `run_digest` gives it.
    runs : Path
        Folder of the flow's runs on this machine.
    now : datetime
        With a time zone.
    """
    new = default_version(now, digest)
    suffix = new.rpartition("-")[2]
    return max((found.name for found in runs.glob(f"????????T??????Z-{suffix}")), default=new)
