"""Jitter: delays are pseudo-random and deterministic, and never reach the next slot."""

import os
import subprocess
import sys
from datetime import UTC, date, datetime, timedelta
from itertools import islice, pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from syndication_assets.publishing.planning.jitter import (
    MAXIMUM_JITTER,
    JitteredSlot,
    jittered_time,
    next_jittered_slots,
    slots_with_following,
)
from syndication_assets.publishing.planning.slots import Schedule, slots_after

LONDON = "Europe/London"
SCHEDULE = "sch-5f3759df"
EARLY = datetime(2024, 1, 1, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def jittered(rule: str, after: str, count: int, minutes: int = 30, zone: str = LONDON) -> list[JitteredSlot]:
    return next_jittered_slots(SCHEDULE, Schedule(rule, zone, date(2024, 1, 1)), minutes, utc(after), count)


def delays(slots: list[JitteredSlot]) -> list[int]:
    return [(slot.scheduled_at - slot.slot_at) // MINUTE for slot in slots]


def test_the_delay_of_a_slot_never_changes():
    found = delays(jittered("FREQ=DAILY;BYHOUR=17", "2026-01-01T00:00", 6))
    # Fixed: another hash function or input would move times that were already shown to people.
    assert found == [28, 20, 4, 5, 29, 26]
    assert delays(jittered("FREQ=DAILY;BYHOUR=17", "2026-01-01T00:00", 6, minutes=0)) == [0] * 6


def test_a_delay_does_not_depend_on_the_process():
    command = (
        "from datetime import UTC, datetime; from syndication_assets.publishing.planning.jitter import jittered_time;"
        f"print(jittered_time({SCHEDULE!r}, 120, datetime(2026, 1, 1, 17, tzinfo=UTC), None))"
    )
    printed = {
        subprocess.run(
            [sys.executable, "-c", command],
            env=os.environ | {"PYTHONHASHSEED": seed, "TZ": zone},
            capture_output=True,
            text=True,
            check=True,
        ).stdout.strip()
        for seed, zone in (("1", "UTC"), ("2", "Asia/Tokyo"))
    }
    assert printed == {str(jittered_time(SCHEDULE, 120, utc("2026-01-01T17:00"), None))}


def test_the_delay_does_not_depend_on_the_time_zone_of_the_argument():
    instant = utc("2026-07-01T16:00")
    there = instant.astimezone(ZoneInfo(LONDON))
    assert jittered_time(SCHEDULE, 120, there, None) == jittered_time(SCHEDULE, 120, instant, None)


def test_delays_are_spread_and_differ_between_schedules():
    instants = [utc("2026-01-01T17:00") + timedelta(days=number) for number in range(400)]
    first = [(jittered_time("sch-00000001", 20, instant, None) - instant) // MINUTE for instant in instants]
    second = [(jittered_time("sch-00000002", 20, instant, None) - instant) // MINUTE for instant in instants]
    assert set(first) == set(second) == set(range(21))
    assert max(first.count(delay) for delay in range(21)) < 40
    assert sum(delay == other for delay, other in zip(first, second, strict=True)) < 40


@pytest.mark.parametrize(
    ("after", "nominal"),
    [
        # 17:00 on the clock is 17:00 UTC in winter and 16:00 UTC in summer.
        ("2026-03-27T18:00", ["2026-03-28 17:00", "2026-03-29 16:00", "2026-03-30 16:00"]),
        ("2026-10-23T18:00", ["2026-10-24 16:00", "2026-10-25 17:00", "2026-10-26 17:00"]),
    ],
)
def test_the_slot_keeps_its_local_time_through_both_clock_changes_and_the_delay_is_added_to_it(
    after: str, nominal: list[str]
):
    found = jittered("FREQ=DAILY;BYHOUR=17", after, 3)
    assert [f"{slot.slot_at:%Y-%m-%d %H:%M}" for slot in found] == nominal
    for slot in found:
        assert slot.scheduled_at == jittered_time(SCHEDULE, 30, slot.slot_at, None)


def test_a_delay_across_a_clock_change_is_elapsed_time():
    # On 29 March 2026 London's clock goes from 00:59 to 02:00, which is 01:00 UTC.
    (slot,) = jittered("FREQ=DAILY;BYHOUR=0;BYMINUTE=30", "2026-03-29T00:00", 1, minutes=120)
    elapsed = slot.scheduled_at - slot.slot_at
    assert elapsed == 95 * MINUTE, "this delay ends after the clock change"
    local = slot.scheduled_at.astimezone(ZoneInfo(LONDON))
    assert f"{local:%H:%M}" == "03:05", "one hour more in local time"


def test_a_local_time_that_occurs_twice_is_one_slot_whatever_its_delay():
    # On 25 October 2026 01:30 comes at 00:30 UTC (summer) and at 01:30 UTC (winter).
    found = jittered("FREQ=DAILY;BYHOUR=1;BYMINUTE=30", "2026-10-24T03:00", 2, minutes=120)
    assert [f"{slot.slot_at:%d %H:%M}" for slot in found] == ["25 00:30", "26 01:30"]


def test_a_delay_ends_before_the_next_slot():
    found = jittered("FREQ=HOURLY;BYMINUTE=0,5,10", "2026-01-01T00:00", 300, minutes=120, zone="UTC")
    for slot, following in pairwise(found):
        assert slot.scheduled_at < following.slot_at
    of_the_first_two = {
        delay for slot, delay in zip(found, delays(found), strict=True) if slot.slot_at.minute in (0, 5)
    }
    assert of_the_first_two == set(range(5))
    uncapped = [jittered_time(SCHEDULE, 120, slot.slot_at, None) for slot in found]
    assert uncapped != sorted(uncapped), "without the bound the order would change"


def test_a_past_slot_whose_post_is_still_to_be_published_is_a_next_slot():
    (first,) = jittered("FREQ=DAILY;BYHOUR=17", "2026-01-01T00:00", 1, minutes=120)
    assert first.slot_at < first.scheduled_at
    just_before = f"{first.scheduled_at - MINUTE:%Y-%m-%dT%H:%M}"
    assert jittered("FREQ=DAILY;BYHOUR=17", just_before, 1, minutes=120) == [first]
    at_its_time = f"{first.scheduled_at:%Y-%m-%dT%H:%M}"
    assert jittered("FREQ=DAILY;BYHOUR=17", at_its_time, 1, minutes=120) != [first]


def test_the_last_slot_of_a_rule_has_no_following_slot():
    schedule = Schedule("FREQ=DAILY;COUNT=2;BYHOUR=17", "UTC", date(2026, 1, 1))
    assert [following for _, following in slots_with_following(schedule, utc("2026-01-01T00:00"))] == [
        utc("2026-01-02T17:00"),
        None,
    ]


def test_the_last_slot_of_a_search_still_has_its_following_slot():
    # A search ends after ten years: here between five minutes before and five after midnight.
    schedule = Schedule("FREQ=YEARLY;BYYEARDAY=1,-1;BYHOUR=0,23;BYMINUTE=5,55", "UTC", date(2024, 1, 1))
    *_, last = slots_with_following(schedule, utc("2024-01-02T00:00"))
    assert last == (utc("2033-12-31T23:55"), utc("2034-01-01T00:05"))


@settings(max_examples=60, deadline=None)
@given(
    zone=st.sampled_from([LONDON, "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "Pacific/Apia", "UTC"]),
    hours=st.sets(st.integers(0, 23), min_size=1, max_size=4),
    minutes=st.sets(st.integers(0, 59), min_size=1, max_size=3),
    jitter_minutes=st.integers(0, MAXIMUM_JITTER),
    days_after=st.integers(0, 1500),
    start=st.integers(0, 11),
)
def test_jittered_slots_are_repeatable_bounded_ordered_and_distinct(
    zone: str, hours: set[int], minutes: set[int], jitter_minutes: int, days_after: int, start: int
):
    rule = f"FREQ=DAILY;BYHOUR={','.join(map(str, hours))};BYMINUTE={','.join(map(str, minutes))}"
    schedule = Schedule(rule, zone, date(2024, 1, 1))
    found = next_jittered_slots(SCHEDULE, schedule, jitter_minutes, EARLY + timedelta(days=days_after), 12)
    for slot in found:
        assert timedelta(0) <= slot.scheduled_at - slot.slot_at <= jitter_minutes * MINUTE
    for slot, following in pairwise(found):
        assert slot.scheduled_at < following.slot_at <= following.scheduled_at
    # A search from the middle gives the same result; without jitter the slots themselves are the same.
    again = next_jittered_slots(SCHEDULE, schedule, jitter_minutes, found[start].scheduled_at - MINUTE, 12 - start)
    assert again == found[start:]
    assert list(islice(slots_after(schedule, found[0].slot_at - MINUTE), 12)) == [slot.slot_at for slot in found]
