"""What started an execution: a schedule, a sensor, a person or a backfill, as the tags of its run say. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Trigger = Literal["schedule", "sensor", "person", "backfill"]

ACTOR_TAG = "syndication/actor"
"""The tag of a run that names the user who started it on the command line: Dagster knows no users."""

_SCHEDULE = "dagster/schedule_name"
_SENSORS = ("dagster/sensor_name", "dagster/from_automation_condition")
_BACKFILL = "dagster/backfill"


@dataclass(frozen=True, slots=True)
class Origin:
    """What started an execution."""

    trigger: Trigger = "person"
    actor: str | None = None
    """Id of a user, or the name of a schedule or sensor; None if unknown."""
    run_id: str | None = None
    """The Dagster run; None without one."""

    @property
    def is_by_hand(self) -> bool:
        """Whether a person asked for it: also for a backfill."""
        return self.trigger in {"person", "backfill"}


def origin_of_run(run_id: str, tags: Mapping[str, str]) -> Origin:
    """The origin of a Dagster run. A run without a tag of Dagster was started by a person."""
    if _SCHEDULE in tags:
        return Origin("schedule", tags[_SCHEDULE], run_id)
    for sensor in _SENSORS:
        if sensor in tags:
            return Origin("sensor", tags[sensor], run_id)
    return Origin("backfill" if _BACKFILL in tags else "person", tags.get(ACTOR_TAG), run_id)
