"""Slots: RRULEs in local time, with clock changes, leap days, ends, and rules that never fire."""

from datetime import UTC, date, datetime, timedelta
from itertools import islice
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from syndication_assets.publishing.planning.slots import (
    Schedule,
    ScheduleError,
    day_begins,
    existing_instant,
    require_slots,
    slots_after,
)

LONDON = "Europe/London"


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def slots(rule: str, after: str, count: int, zone: str = LONDON, starts_on: str = "2026-01-01") -> list[str]:
    schedule = Schedule(rule, zone, date.fromisoformat(starts_on))
    return [f"{slot:%Y-%m-%d %H:%M}" for slot in islice(slots_after(schedule, utc(after)), count)]


def test_a_slot_keeps_its_local_time_through_both_clock_changes():
    spring = slots("FREQ=DAILY;BYHOUR=17", "2026-03-27T18:00", 3)
    assert spring == ["2026-03-28 17:00", "2026-03-29 16:00", "2026-03-30 16:00"]
    autumn = slots("FREQ=DAILY;BYHOUR=17", "2026-10-23T18:00", 3)
    assert autumn == ["2026-10-24 16:00", "2026-10-25 17:00", "2026-10-26 17:00"]


def test_a_local_time_that_does_not_exist_moves_to_the_next_minute_that_does():
    # On 29 March 2026 London's clock goes from 00:59 to 02:00, which is 01:00 UTC.
    found = slots("FREQ=DAILY;BYHOUR=1;BYMINUTE=30", "2026-03-28T02:00", 2)
    assert found == ["2026-03-29 01:00", "2026-03-30 00:30"]


def test_times_in_the_skipped_hour_that_coincide_are_one_slot():
    found = slots("FREQ=DAILY;BYHOUR=1,2;BYMINUTE=0,30", "2026-03-29T00:00", 3)
    assert found == ["2026-03-29 01:00", "2026-03-29 01:30", "2026-03-30 00:00"]


def test_a_local_time_that_occurs_twice_fires_at_its_first_occurrence():
    # On 25 October 2026 01:30 comes at 00:30 UTC (summer) and at 01:30 UTC (winter).
    found = slots("FREQ=DAILY;BYHOUR=1;BYMINUTE=30", "2026-10-24T03:00", 2)
    assert found == ["2026-10-25 00:30", "2026-10-26 01:30"]


def test_the_second_occurrence_of_a_local_time_is_not_a_slot_even_between_the_two():
    assert slots("FREQ=DAILY;BYHOUR=1;BYMINUTE=30", "2026-10-25T00:45", 1) == ["2026-10-26 01:30"]


def test_the_slot_of_a_day_that_a_zone_skipped_moves_to_the_next_day():
    # Samoa had no 30 December 2011.
    found = slots("FREQ=DAILY;BYHOUR=12", "2011-12-29T00:00", 3, "Pacific/Apia", "2011-12-01")
    assert found == ["2011-12-29 22:00", "2011-12-30 10:00", "2011-12-30 22:00"]


def test_a_leap_day_is_found_years_ahead():
    found = slots("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29;BYHOUR=9", "2026-01-01T00:00", 2, "UTC")
    assert found == ["2028-02-29 09:00", "2032-02-29 09:00"]
    century = slots("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29;BYHOUR=9", "2096-03-01T00:00", 1, "UTC", "2096-01-01")
    assert century == ["2104-02-29 09:00"]


def test_count_counts_from_the_first_day_and_ends():
    assert slots("FREQ=DAILY;COUNT=3;BYHOUR=9", "2026-01-02T00:00", 9, "UTC") == [
        "2026-01-02 09:00",
        "2026-01-03 09:00",
    ]
    assert slots("FREQ=DAILY;COUNT=3;BYHOUR=9", "2026-02-01T00:00", 9, "UTC") == []


@pytest.mark.parametrize(
    ("until", "last"),
    [
        ("20260103", "2026-01-03 17:00"),
        ("20260103T170000", "2026-01-03 17:00"),
        ("20260103T165959", "2026-01-02 17:00"),
        ("20260103T170000Z", "2026-01-03 17:00"),
    ],
)
def test_until_is_inclusive_and_a_date_includes_the_whole_day(until: str, last: str):
    assert slots(f"FREQ=DAILY;UNTIL={until};BYHOUR=17", "2026-01-01T00:00", 9)[-1] == last


def test_until_in_utc_is_converted_to_local_time():
    found = slots("FREQ=DAILY;UNTIL=20260702T160000Z;BYHOUR=17", "2026-07-01T00:00", 9)
    assert found == ["2026-07-01 16:00", "2026-07-02 16:00"]


def test_every_other_week_is_counted_from_the_first_day():
    rule = "RRULE:FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,TH;BYHOUR=8;BYMINUTE=15"
    found = slots(rule, "2026-01-12T00:00", 3, "UTC", "2026-01-05")
    assert found == ["2026-01-19 08:15", "2026-01-22 08:15", "2026-02-02 08:15"]


@pytest.mark.parametrize(
    "rule",
    [
        "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30",
        "FREQ=HOURLY;BYMONTH=2;BYMONTHDAY=31",
        "FREQ=YEARLY;BYWEEKNO=60",
        "FREQ=DAILY;UNTIL=20250101",
        "FREQ=MONTHLY;BYMONTHDAY=31;BYMONTH=4,6,9,11",
        # dateutil would search for these until the year 9999.
        "FREQ=HOURLY;INTERVAL=7;BYMONTH=2;BYMONTHDAY=30",
        "FREQ=DAILY;BYSETPOS=2",
    ],
)
def test_a_rule_that_never_fires_is_an_error_that_says_so(rule: str):
    with pytest.raises(ScheduleError, match=r"never fires|is not a valid schedule"):
        require_slots(Schedule(rule, LONDON, date(2026, 1, 1)))


@pytest.mark.parametrize(
    ("rule", "reason"),
    [
        ("", "NAME=VALUE"),
        ("every day", "NAME=VALUE"),
        ("FREQ=SOMETIMES", "FREQ must be one of"),
        ("FREQ=MINUTELY", "FREQ must be one of"),
        ("FREQ=DAILY;BYSECOND=30", "BYSECOND is not supported"),
        ("FREQ=DAILY;BYHOUR=25", "is not a valid schedule"),
        ("FREQ=DAILY;BYHOUR=noon", "is not a valid schedule"),
        ("FREQ=DAILY;FREQ=WEEKLY", "is repeated"),
        ("FREQ=DAILY;COUNT=0", "COUNT=0"),
        ("FREQ=DAILY;COUNT=²", "COUNT=²"),
        # For an interval of zero, or BYSETPOS within an hour, dateutil would search forever.
        ("FREQ=DAILY;INTERVAL=0", "INTERVAL=1 or more"),
        ("FREQ=DAILY;INTERVAL=-1", "INTERVAL=1 or more"),
        ("FREQ=DAILY;INTERVAL=1.5", "INTERVAL=1 or more"),
        ("FREQ=HOURLY;BYSETPOS=2", "BYSETPOS needs"),
        ("FREQ=DAILY;COUNT=2;UNTIL=20270101", "both COUNT and UNTIL"),
        ("FREQ=DAILY;UNTIL=tomorrow", "UNTIL=TOMORROW"),
        # RFC 5545 forbids these; libraries ignore a part of the rule, and it fires on days that nobody meant.
        ("FREQ=WEEKLY;BYDAY=1MO", "1MO is a certain MO of a month or a year: write FREQ=MONTHLY;BYDAY=1MO"),
        ("FREQ=WEEKLY;BYDAY=MO,-1FR;BYHOUR=9", "-1FR is a certain FR"),
        ("FREQ=DAILY;BYDAY=2TU", "2TU is a certain TU"),
        ("FREQ=HOURLY;BYDAY=2TU", "2TU is a certain TU"),
        ("FREQ=YEARLY;BYWEEKNO=20;BYDAY=1MO", "BYWEEKNO names its week"),
        ("FREQ=MONTHLY;BYDAY=6MO", "no month has 6MO"),
        ("FREQ=YEARLY;BYMONTH=3;BYDAY=-6MO", "no month has -6MO"),
        ("FREQ=YEARLY;BYDAY=54MO", "no year has 54MO"),
        ("FREQ=MONTHLY;BYDAY=0MO", "BYDAY=0MO is not a day"),
        ("FREQ=WEEKLY;BYDAY=MON", "BYDAY=MON is not a day"),
        ("FREQ=WEEKLY;BYDAY=", "NAME=VALUE"),
        ("FREQ=WEEKLY;BYMONTHDAY=15", "BYMONTHDAY needs FREQ=YEARLY or FREQ=MONTHLY"),
        ("FREQ=MONTHLY;BYYEARDAY=100", "BYYEARDAY needs FREQ=YEARLY"),
        ("FREQ=DAILY;BYYEARDAY=100", "BYYEARDAY needs FREQ=YEARLY"),
        ("FREQ=MONTHLY;BYWEEKNO=20", "BYWEEKNO needs FREQ=YEARLY"),
        ("FREQ=MONTHLY;BYSETPOS=1", "BYSETPOS needs another part"),
        ("FREQ=MONTHLY;BYDAY=MO;BYSETPOS=0", "BYSETPOS=0"),
        ("FREQ=MONTHLY;BYMONTHDAY=0", "BYMONTHDAY=0"),
        ("FREQ=MONTHLY;BYMONTHDAY=1,32", "BYMONTHDAY=32 is not a number from 1 to 31"),
        ("FREQ=YEARLY;BYMONTH=1,13", "BYMONTH=13"),
        ("FREQ=DAILY;BYHOUR=9,24", "BYHOUR=24"),
        ("FREQ=DAILY;BYHOUR=-1", "BYHOUR=-1"),
        ("FREQ=DAILY;BYHOUR=9;BYMINUTE=60", "BYMINUTE=60"),
        ("FREQ=WEEKLY;WKST=MONDAY", "WKST=MONDAY is not a day"),
        ("FREQ=DAILY\nDTSTART:20200101T000000", "is not a valid schedule|FREQ must be one of"),
    ],
)
def test_an_invalid_rule_is_an_error_that_says_why(rule: str, reason: str):
    with pytest.raises(ScheduleError, match=reason):
        require_slots(Schedule(rule, LONDON, date(2026, 1, 1)))


@pytest.mark.parametrize(
    "rule",
    [
        "FREQ=MONTHLY;BYDAY=1MO,-1FR;BYHOUR=9",
        "FREQ=YEARLY;BYMONTH=11;BYDAY=4TH",
        "FREQ=YEARLY;BYDAY=20MO",
        "FREQ=YEARLY;BYWEEKNO=-1;BYDAY=MO",
        "FREQ=YEARLY;BYYEARDAY=-1",
        "FREQ=DAILY;BYMONTHDAY=1,-1",
        "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1",
        "FREQ=WEEKLY;INTERVAL=2;WKST=SU;BYDAY=TU,TH",
    ],
)
def test_a_rule_that_means_something_fires(rule: str):
    require_slots(Schedule(rule, LONDON, date(2026, 1, 1)))


def test_a_schedule_that_begins_too_late_is_an_error_that_says_so():
    with pytest.raises(ScheduleError, match="before the year 3000"):
        require_slots(Schedule("FREQ=DAILY", LONDON, date(9998, 1, 1)))


@pytest.mark.parametrize("zone", ["Europe/Nowhere", "", "../etc/passwd", "Europe", "/etc/localtime"])
def test_an_unknown_time_zone_is_an_error_that_says_so(zone: str):
    with pytest.raises(ScheduleError, match="no time zone"):
        require_slots(Schedule("FREQ=DAILY", zone, date(2026, 1, 1)))


def test_a_day_begins_at_midnight_or_at_its_first_minute():
    assert day_begins(date(2026, 7, 1), LONDON) == utc("2026-06-30T23:00")
    # Cuba's clock skips from midnight to one o'clock.
    assert day_begins(date(2026, 3, 8), "America/Havana") == utc("2026-03-08T05:00")


ZONES = st.sampled_from(
    [LONDON, "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "Pacific/Apia", "Africa/Casablanca", "UTC"]
)


@settings(max_examples=60, deadline=None)
@given(
    zone=ZONES,
    hours=st.sets(st.integers(0, 23), min_size=1, max_size=4),
    minutes=st.sets(st.integers(0, 59), min_size=1, max_size=3),
    days_after=st.integers(0, 1500),
)
def test_slots_ascend_exist_and_do_not_depend_on_where_the_search_begins(
    zone: str, hours: set[int], minutes: set[int], days_after: int
):
    rule = f"FREQ=DAILY;BYHOUR={','.join(map(str, hours))};BYMINUTE={','.join(map(str, minutes))}"
    schedule = Schedule(rule, zone, date(2024, 1, 1))
    after = utc("2024-01-01T00:00") + timedelta(days=days_after)
    found = list(islice(slots_after(schedule, after), 12))
    assert found == sorted(set(found))
    assert all(slot > after for slot in found)
    # Searching for one slot at a time gives the same slots.
    one_by_one, last = [], after
    for _ in range(12):
        (last,) = islice(slots_after(schedule, last), 1)
        one_by_one.append(last)
    assert one_by_one == found
    # The local time matches the rule, except right after the clock was set forward.
    for slot in found:
        local, before = slot.astimezone(ZoneInfo(zone)), (slot - timedelta(minutes=1)).astimezone(ZoneInfo(zone))
        shows = local.hour in hours and local.minute in minutes
        assert shows or local.utcoffset() > before.utcoffset()
        assert existing_instant(local.replace(tzinfo=None), ZoneInfo(zone)) == slot
