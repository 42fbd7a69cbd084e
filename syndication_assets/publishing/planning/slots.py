"""The slots of a schedule: an RRULE in the local time of an IANA zone, as instants in UTC. Pure.

Rules follow RFC 5545 and start at midnight of the schedule's first local day; what its parts may say is in
`rule_parts`. When daylight saving begins, a local time
that does not exist moves to the next minute that does; when it ends, a local time that occurs twice fires once, at its
first occurrence.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import MAXYEAR, UTC, date, datetime, time, timedelta
from itertools import islice
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from dateutil.rrule import rrulestr

from syndication_assets.errors import SyndicationError
from syndication_assets.publishing.planning.rule_parts import FREQUENCIES, why_meaningless

SEARCH_YEARS = 10
"""How far to search for a slot. Two leap days are at most eight years apart."""
LAST_YEAR = 2999
"""The last year in which a schedule may begin: searching needs the years after it."""

_CALENDAR_REPEATS = 400
"""Years after which the calendar repeats, including leap years and days of the week."""

_MINUTE = timedelta(minutes=1)
_SUPPORTED_PARTS = {
    "FREQ", "INTERVAL", "COUNT", "UNTIL", "WKST", "BYMONTH", "BYWEEKNO", "BYYEARDAY", "BYMONTHDAY", "BYDAY", "BYHOUR",
    "BYMINUTE", "BYSETPOS",
}  # fmt: skip


class ScheduleError(SyndicationError):
    """The schedule is unreadable, or has no slots."""


@dataclass(frozen=True, slots=True)
class Schedule:
    """A recurrence rule, its time zone, and its first local day."""

    recurrence_rule: str
    time_zone: str
    starts_on: date


def slots_after(schedule: Schedule, after: datetime) -> Iterator[datetime]:
    """The slots of the ten years after `after` (aware), in UTC, ascending.

    ScheduleError if the rule or the zone is unreadable, or if the rule never fires.
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
    """ScheduleError if the schedule is unreadable or never fires."""
    zone = _zone(schedule.time_zone)
    if next(_local_times(schedule, zone, schedule.starts_on), None) is None:
        raise ScheduleError(
            f"The schedule never fires: no day in the {SEARCH_YEARS} years from {schedule.starts_on} matches "
            f"{schedule.recurrence_rule!r}. Check its months and days, and that it does not end before it begins."
        )


def existing_instant(local: datetime, zone: ZoneInfo) -> datetime:
    """The first instant (UTC) of a naive local time in the zone, or of the next minute that exists."""
    while True:
        instant = local.replace(tzinfo=zone, fold=0).astimezone(UTC)
        if instant.astimezone(zone).replace(tzinfo=None) == local:
            return instant
        local += _MINUTE


def day_begins(day: date, time_zone: str) -> datetime:
    """The instant (UTC) at which a local day begins. ScheduleError if the zone does not exist."""
    return existing_instant(datetime.combine(day, time()), _zone(time_zone))


def _local_times(schedule: Schedule, zone: ZoneInfo, day: date) -> Iterator[datetime]:
    """The local time of each occurrence, ascending, from about a local day to ten years later."""
    begins = schedule.starts_on
    if begins.year > LAST_YEAR:
        raise ScheduleError(f"The schedule begins on {begins}: choose a day before the year {LAST_YEAR + 1}.")
    end = datetime.combine(day, time()) + timedelta(days=round(SEARCH_YEARS * 365.25))
    parts = _parse(schedule.recurrence_rule)
    count, until = parts.pop("COUNT", None), parts.pop("UNTIL", None)
    if count is not None and until is not None:
        raise ScheduleError(f"{schedule.recurrence_rule!r} has both COUNT and UNTIL: keep one of them.")
    limit = _whole_number("COUNT", count) if count is not None else None
    if until is not None:
        end = min(end, _until(until, zone))
    if limit is None and _repeats_without_counting(parts):
        begins = max(begins, day - timedelta(days=2))
    return islice(_occurrences(schedule, parts, begins, end), limit)


def _occurrences(schedule: Schedule, parts: dict[str, str], begins: date, end: datetime) -> Iterator[datetime]:
    """The rule's local times from a day to an end.

    When a rule has no more occurrences, dateutil searches on to the year 9999, for minutes or hours. So the rule is
    evaluated in the last repetition of the calendar, where that search is short, and the results are moved back.
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


def _repeats_without_counting(parts: dict[str, str]) -> bool:
    """Whether the rule may be evaluated from any day on, which saves the years since it began."""
    has_fixed_days = parts["FREQ"] in ("DAILY", "HOURLY") or (parts["FREQ"] == "WEEKLY" and "BYDAY" in parts)
    return has_fixed_days and parts.get("INTERVAL", "1") == "1"


def _parse(recurrence_rule: str) -> dict[str, str]:
    parts: dict[str, str] = {}
    for part in recurrence_rule.strip().removeprefix("RRULE:").rstrip(";").upper().split(";"):
        name, equals, value = part.partition("=")
        if not equals or not value or name in parts:
            raise _unreadable(recurrence_rule, f"{part!r} is not NAME=VALUE, or is repeated")
        if name not in _SUPPORTED_PARTS:
            raise _unreadable(recurrence_rule, f"{name} is not supported")
        parts[name] = value
    if parts.get("FREQ") not in FREQUENCIES:
        raise _unreadable(recurrence_rule, f"FREQ must be one of {', '.join(sorted(FREQUENCIES))}")
    # With an interval of zero, dateutil would never advance.
    _whole_number("INTERVAL", parts.get("INTERVAL", "1"))
    problem = why_meaningless(parts)
    if problem is not None:
        raise _unreadable(recurrence_rule, problem)
    return parts


def _unreadable(recurrence_rule: str, reason: str) -> ScheduleError:
    return ScheduleError(
        f"{recurrence_rule!r} is not a valid schedule: {reason}. Write an RFC 5545 RRULE such as "
        "FREQ=WEEKLY;BYDAY=MO,TH;BYHOUR=17;BYMINUTE=30."
    )


def _whole_number(name: str, text: str) -> int:
    if not text.isdecimal() or int(text) == 0:
        raise ScheduleError(f"{name}={text} is not a positive whole number: write {name}=1 or more.")
    return int(text)


def _until(text: str, zone: ZoneInfo) -> datetime:
    """The last local time that an UNTIL allows; a date without a time includes the whole day."""
    try:
        if len(text) == len("20261231"):
            return datetime.combine(datetime.strptime(text, "%Y%m%d").date(), time(23, 59, 59))  # noqa: DTZ007
        if text.endswith("Z"):
            instant = datetime.strptime(text, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
            return instant.astimezone(zone).replace(tzinfo=None)
        return datetime.strptime(text, "%Y%m%dT%H%M%S")  # noqa: DTZ007 - local time of the schedule
    except ValueError:
        raise ScheduleError(f"UNTIL={text} is not a time: write UNTIL=20261231 or UNTIL=20261231T170000.") from None


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ScheduleError(f"There is no time zone {name!r}: use an IANA name such as Europe/London.") from None
