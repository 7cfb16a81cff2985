"""When a flow starts by itself: by the clock, by datasets, by both."""

from __future__ import annotations

from typing import TYPE_CHECKING

from airflow.sdk import (
    AssetAll,
    AssetAny,
    AssetOrTimeSchedule,
    CronPartitionTimetable,
    CronTriggerTimetable,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from airflow.sdk import Asset
    from airflow.sdk.bases.timetable import BaseTimetable
    from airflow.sdk.definitions.asset import BaseAsset

    from headrace_orchestration.flow import AssetRule, Schedule
    from headrace_orchestration.partitions import Partitioning

__all__ = ["schedule_of"]


def schedule_of(
    schedule: Schedule | None, partitioning: Partitioning | None, asset: Callable[[str], Asset]
) -> BaseTimetable | BaseAsset | None:
    """Return what Airflow calls a schedule.

    Parameters
    ----------
    schedule : Schedule or None
        As in the flow file.
    partitioning : Partitioning or None
        Of the flow. Its clock runs the partition that has ended: that of the cron time before.
    asset : callable
        Gives the asset of a dataset of the flow.
    """
    if schedule is None:
        return None
    cron = _clock(schedule.cron, schedule.timezone, partitioning) if schedule.cron else None
    assets = _assets(schedule.assets, asset) if schedule.assets else None
    if cron and assets:
        return AssetOrTimeSchedule(timetable=cron, assets=assets)
    return cron or assets


def _clock(
    cron: str, timezone: str, partitioning: Partitioning | None
) -> CronTriggerTimetable | CronPartitionTimetable:
    if partitioning is None:
        return CronTriggerTimetable(cron, timezone)
    return CronPartitionTimetable(
        cron, timezone=timezone, run_offset=-1, key_format=partitioning.form
    )


def _assets(rule: AssetRule, asset: Callable[[str], Asset]) -> BaseAsset | None:
    any_of = AssetAny(*map(asset, rule.any)) if rule.any else None
    all_of = AssetAll(*map(asset, rule.all)) if rule.all else None
    return AssetAll(any_of, all_of) if any_of and all_of else any_of or all_of
