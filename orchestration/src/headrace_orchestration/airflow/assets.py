"""Datasets as Airflow's assets: the same address is the same asset, whoever names it."""

from __future__ import annotations

from airflow.sdk import Asset

from headrace.contracts.references import name_uri, parse_reference
from headrace.contracts.uris import is_remote
from headrace_orchestration.partitions import ANY_PARTITION

__all__ = ["asset_of"]


def asset_of(uri: str, root: str) -> Asset:
    """Return the asset of a dataset, of files or of a glob.

    Parameters
    ----------
    uri : str
        A dataset by name or reference; what follows the ``@`` does not count, for whoever reads
        ``forecasts@published`` waits for the next publication of ``forecasts``.
    root : str
        Where bare names lie.

    Notes
    -----
    Name and URI are made from the address alone: Airflow refuses two names of one URI, and flows
    may call a dataset what they like.
    """
    reference = parse_reference(uri.removesuffix(f"@{ANY_PARTITION}"))
    place = name_uri(reference.name_uri, root=root, kind="datasets")
    datasets = f"{root}/datasets/"
    name = place.removeprefix(datasets) if place.startswith(datasets) else place
    return Asset(name=name, uri=place if is_remote(place) else f"file://{place}")
