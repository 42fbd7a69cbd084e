"""The slots of a schedule: an RRULE in the local time of an IANA zone, as instants in UTC. Pure.

The rule is read as RFC 5545 says, from midnight of the schedule's first local day. Daylight saving: a local time that
the clock skips moves to the next minute that exists; one that comes twice fires once, the first time.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import MAXYEAR, UTC, date, datetime, time, timedelta
from itertools import islice
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from dateutil.rrule import rrulestr

from syndication_assets.errors import SyndicationError

SEARCH_YEARS = 10
"""How far a slot is looked for. Two leap days are at most eight years apart."""
LAST_YEAR = 2999
"""The last year in which a schedule may begin: after it comes the room that a search needs."""

_CALENDAR_REPEATS = 400
"""Years after which the calendar is the same again, with its leap years and its days of the week."""

_MINUTE = timedelta(minutes=1)
_NAMES = {
    "FREQ", "INTERVAL", "COUNT", "UNTIL", "WKST", "BYMONTH", "BYWEEKNO", "BYYEARDAY", "BYMONTHDAY", "BYDAY", "BYHOUR",
    "BYMINUTE", "BYSETPOS",
}  # fmt: skip
_FREQUENCIES = {"YEARLY", "MONTHLY", "WEEKLY", "DAILY", "HOURLY"}


class ScheduleError(SyndicationError):
    """The schedule cannot be read, or has no slot."""


@dataclass(frozen=True, slots=True)
class Schedule:
    """A recurrence rule, the zone of its clock, and the first local day it is good for."""

    recurrence_rule: str
    time_zone: str
    starts_on: date


def slots_after(schedule: Schedule, after: datetime) -> Iterator[datetime]:
    """The slots later than `after` (aware) in UTC, ascending, for ten years from then.

    ScheduleError if the rule or the zone cannot be read, or the rule fires never.
    """
    zone = _zone(schedule.time_zone)
    require_slots(schedule)
    first_local_day = max(schedule.starts_on, after.astimezone(zone).date())
    previous = after
    for local in _local_times(schedule, zone, first_local_day):
        slot = existing_instant(local, zone)
        if slot > previous:
            previous = slot
            yield slot


def require_slots(schedule: Schedule) -> None:
    """ScheduleError if the schedule cannot be read or never fires."""
    zone = _zone(schedule.time_zone)
    if next(_local_times(schedule, zone, schedule.starts_on), None) is None:
        raise ScheduleError(
            f"The schedule never fires: no day of the {SEARCH_YEARS} years from {schedule.starts_on} fits "
            f"{schedule.recurrence_rule!r}. Check its months and days, and that it does not end before it begins."
        )


def existing_instant(local: datetime, zone: ZoneInfo) -> datetime:
    """The instant (UTC) at which the clock of the zone shows a naive local time first, or the next minute it shows."""
    while True:
        instant = local.replace(tzinfo=zone, fold=0).astimezone(UTC)
        if instant.astimezone(zone).replace(tzinfo=None) == local:
            return instant
        local += _MINUTE


def day_begins(day: date, time_zone: str) -> datetime:
    """The instant (UTC) at which a local day begins. ScheduleError if there is no such zone."""
    return existing_instant(datetime.combine(day, time()), _zone(time_zone))


def _local_times(schedule: Schedule, zone: ZoneInfo, day: date) -> Iterator[datetime]:
    """What the clock shows at each occurrence, ascending, from about a local day to ten years later."""
    begins = schedule.starts_on
    if begins.year > LAST_YEAR:
        raise ScheduleError(f"The schedule begins on {begins}: let it begin before the year {LAST_YEAR + 1}.")
    end = datetime.combine(day, time()) + timedelta(days=round(SEARCH_YEARS * 365.25))
    parts = _parse(schedule.recurrence_rule)
    count, until = parts.pop("COUNT", None), parts.pop("UNTIL", None)
    if count is not None and until is not None:
        raise ScheduleError(f"{schedule.recurrence_rule!r} has both COUNT and UNTIL: keep one of them.")
    limit = _whole_number("COUNT", count) if count is not None else None
    if until is not None:
        end = min(end, _until(until, zone))
    if limit is None and _is_the_same_every_day(parts):
        begins = max(begins, day - timedelta(days=2))
    return islice(_occurrences(schedule, parts, begins, end), limit)


def _occurrences(schedule: Schedule, parts: dict[str, str], begins: date, end: datetime) -> Iterator[datetime]:
    """The rule's local times from a day to an end.

    Where none is left, dateutil goes on to the year 9999, for minutes or hours. So the rule is read in the last
    repetition of the calendar, and what is found is moved back: there the search is soon over.
    """
    years = (MAXYEAR - max(begins.year, end.year)) // _CALENDAR_REPEATS * _CALENDAR_REPEATS
    last = end.replace(year=end.year + years)
    text = ";".join(f"{name}={value}" for name, value in (parts | {"UNTIL": f"{last:%Y%m%dT%H%M%S}"}).items())
    begins = begins.replace(year=begins.year + years)
    try:
        found = iter(rrulestr(text, dtstart=datetime.combine(begins, time())))
    except (ValueError, TypeError, IndexError) as error:
        raise _unreadable(schedule.recurrence_rule, str(error)) from None
    return (local.replace(year=local.year - years) for local in found)


def _is_the_same_every_day(parts: dict[str, str]) -> bool:
    """Whether the rule may be read from any day on, so that nobody counts through the years since it began."""
    names_its_days = parts["FREQ"] in ("DAILY", "HOURLY") or (parts["FREQ"] == "WEEKLY" and "BYDAY" in parts)
    return names_its_days and parts.get("INTERVAL", "1") == "1"


def _parse(recurrence_rule: str) -> dict[str, str]:
    parts: dict[str, str] = {}
    for part in recurrence_rule.strip().removeprefix("RRULE:").rstrip(";").upper().split(";"):
        name, equals, value = part.partition("=")
        if not equals or not value or name in parts:
            raise _unreadable(recurrence_rule, f"{part!r} is not NAME=VALUE, or is there twice")
        if name not in _NAMES:
            raise _unreadable(recurrence_rule, f"{name} is not known")
        parts[name] = value
    if parts.get("FREQ") not in _FREQUENCIES:
        raise _unreadable(recurrence_rule, f"FREQ is one of {', '.join(sorted(_FREQUENCIES))}")
    # Without a step, dateutil would look at the same day for ever.
    _whole_number("INTERVAL", parts.get("INTERVAL", "1"))
    if parts["FREQ"] == "HOURLY" and "BYSETPOS" in parts:
        raise _unreadable(recurrence_rule, "BYSETPOS chooses among the times of a day or more, not of an hour")
    return parts


def _unreadable(recurrence_rule: str, reason: str) -> ScheduleError:
    return ScheduleError(
        f"{recurrence_rule!r} cannot be read as a schedule: {reason}. Write an RRULE of RFC 5545 such as "
        "FREQ=WEEKLY;BYDAY=MO,TH;BYHOUR=17;BYMINUTE=30."
    )


def _whole_number(name: str, text: str) -> int:
    if not text.isdecimal() or int(text) == 0:
        raise ScheduleError(f"{name}={text} is no whole number: write {name}=1 or more.")
    return int(text)


def _until(text: str, zone: ZoneInfo) -> datetime:
    """The last local time that an UNTIL allows; a day alone is meant with all its hours."""
    try:
        if len(text) == len("20261231"):
            return datetime.combine(datetime.strptime(text, "%Y%m%d").date(), time(23, 59, 59))  # noqa: DTZ007
        if text.endswith("Z"):
            instant = datetime.strptime(text, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
            return instant.astimezone(zone).replace(tzinfo=None)
        return datetime.strptime(text, "%Y%m%dT%H%M%S")  # noqa: DTZ007 - local time of the schedule
    except ValueError:
        raise ScheduleError(f"UNTIL={text} is no time: write UNTIL=20261231 or UNTIL=20261231T170000.") from None


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ScheduleError(f"There is no time zone {name!r}: write an IANA name such as Europe/London.") from None
