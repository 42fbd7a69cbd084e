"""Which schedules are on."""

import dagster as dg
from dagster._core.scheduler.instigation import InstigatorStatus, InstigatorType

from syndication_assets.automation.schedules import SCHEDULES


def schedule_states(instance: dg.DagsterInstance) -> dict[str, bool]:
    """Name of each schedule → whether it is on: as a person left it, else by its default."""
    told = {
        state.instigator_name: state.status
        for state in instance.all_instigator_state(instigator_type=InstigatorType.SCHEDULE)
    }
    return {
        schedule.name: (
            schedule.default_status is dg.DefaultScheduleStatus.RUNNING
            if told.get(schedule.name) in {None, InstigatorStatus.DECLARED_IN_CODE}
            else told[schedule.name] is InstigatorStatus.RUNNING
        )
        for schedule in SCHEDULES
    }
