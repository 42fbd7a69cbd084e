"""Stagger: a slot is put off as if at random, always by the same, and never past the next one."""

import os
import subprocess
import sys
from datetime import UTC, date, datetime, timedelta
from itertools import islice, pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from syndication_assets.publishing.jitter import (
    LONGEST_STAGGER,
    StaggeredSlot,
    next_staggered_slots,
    put_off,
    slots_with_the_next,
)
from syndication_assets.publishing.slots import Schedule, slots_after

LONDON = "Europe/London"
SCHEDULE = "sch-5f3759df"
EARLY = datetime(2024, 1, 1, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def staggered(rule: str, after: str, count: int, minutes: int = 30, zone: str = LONDON) -> list[StaggeredSlot]:
    return next_staggered_slots(SCHEDULE, Schedule(rule, zone, date(2024, 1, 1)), minutes, utc(after), count)


def delays(slots: list[StaggeredSlot]) -> list[int]:
    return [(slot.scheduled_at - slot.slot_at) // MINUTE for slot in slots]


def test_a_slot_has_the_delay_that_it_always_had():
    found = delays(staggered("FREQ=DAILY;BYHOUR=17", "2026-01-01T00:00", 6))
    # Written down: another hash, or another way to write what is hashed, would move what people were shown.
    assert found == [28, 20, 4, 5, 29, 26]
    assert delays(staggered("FREQ=DAILY;BYHOUR=17", "2026-01-01T00:00", 6, minutes=0)) == [0] * 6


def test_a_delay_does_not_depend_on_the_process():
    command = (
        "from datetime import UTC, datetime; from syndication_assets.publishing.jitter import put_off;"
        f"print(put_off({SCHEDULE!r}, 120, datetime(2026, 1, 1, 17, tzinfo=UTC), None))"
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
    assert printed == {str(put_off(SCHEDULE, 120, utc("2026-01-01T17:00"), None))}


def test_the_same_instant_is_put_off_alike_whatever_clock_names_it():
    instant = utc("2026-07-01T16:00")
    there = instant.astimezone(ZoneInfo(LONDON))
    assert put_off(SCHEDULE, 120, there, None) == put_off(SCHEDULE, 120, instant, None)


def test_delays_are_spread_and_schedules_do_not_go_out_together():
    instants = [utc("2026-01-01T17:00") + timedelta(days=number) for number in range(400)]
    of_one = [(put_off("sch-00000001", 20, instant, None) - instant) // MINUTE for instant in instants]
    of_another = [(put_off("sch-00000002", 20, instant, None) - instant) // MINUTE for instant in instants]
    assert set(of_one) == set(of_another) == set(range(21))
    assert max(of_one.count(delay) for delay in range(21)) < 40
    assert sum(one == another for one, another in zip(of_one, of_another, strict=True)) < 40


@pytest.mark.parametrize(
    ("after", "nominal"),
    [
        # 17:00 on the clock is 17:00 UTC in winter and 16:00 UTC in summer.
        ("2026-03-27T18:00", ["2026-03-28 17:00", "2026-03-29 16:00", "2026-03-30 16:00"]),
        ("2026-10-23T18:00", ["2026-10-24 16:00", "2026-10-25 17:00", "2026-10-26 17:00"]),
    ],
)
def test_the_slot_stays_on_the_clock_through_both_changes_and_the_delay_is_counted_after_it(
    after: str, nominal: list[str]
):
    found = staggered("FREQ=DAILY;BYHOUR=17", after, 3)
    assert [f"{slot.slot_at:%Y-%m-%d %H:%M}" for slot in found] == nominal
    for slot in found:
        assert slot.scheduled_at == put_off(SCHEDULE, 30, slot.slot_at, None)


def test_a_delay_over_the_clocks_jump_is_elapsed_time():
    # On 29 March 2026 London's clock goes from 00:59 to 02:00, which is 01:00 UTC.
    (slot,) = staggered("FREQ=DAILY;BYHOUR=0;BYMINUTE=30", "2026-03-29T00:00", 1, minutes=120)
    elapsed = slot.scheduled_at - slot.slot_at
    assert elapsed == 95 * MINUTE, "this one is put off to after the jump"
    local = slot.scheduled_at.astimezone(ZoneInfo(LONDON))
    assert f"{local:%H:%M}" == "03:05", "on the clock it is an hour more"


def test_a_time_that_comes_twice_is_still_one_slot_however_long_it_is_put_off():
    # On 25 October 2026 01:30 comes at 00:30 UTC (summer) and at 01:30 UTC (winter).
    found = staggered("FREQ=DAILY;BYHOUR=1;BYMINUTE=30", "2026-10-24T03:00", 2, minutes=120)
    assert [f"{slot.slot_at:%d %H:%M}" for slot in found] == ["25 00:30", "26 01:30"]


def test_a_delay_ends_before_the_next_slot():
    found = staggered("FREQ=HOURLY;BYMINUTE=0,5,10", "2026-01-01T00:00", 300, minutes=120, zone="UTC")
    for slot, following in pairwise(found):
        assert slot.scheduled_at < following.slot_at
    of_the_first_two = {
        delay for slot, delay in zip(found, delays(found), strict=True) if slot.slot_at.minute in (0, 5)
    }
    assert of_the_first_two == set(range(5))
    uncapped = [put_off(SCHEDULE, 120, slot.slot_at, None) for slot in found]
    assert uncapped != sorted(uncapped), "without the cap they would change order"


def test_a_slot_from_before_that_has_not_gone_out_yet_is_a_next_one():
    (first,) = staggered("FREQ=DAILY;BYHOUR=17", "2026-01-01T00:00", 1, minutes=120)
    assert first.slot_at < first.scheduled_at
    just_before = f"{first.scheduled_at - MINUTE:%Y-%m-%dT%H:%M}"
    assert staggered("FREQ=DAILY;BYHOUR=17", just_before, 1, minutes=120) == [first]
    at_its_time = f"{first.scheduled_at:%Y-%m-%dT%H:%M}"
    assert staggered("FREQ=DAILY;BYHOUR=17", at_its_time, 1, minutes=120) != [first]


def test_the_last_slot_of_a_rule_has_all_of_its_stagger():
    schedule = Schedule("FREQ=DAILY;COUNT=2;BYHOUR=17", "UTC", date(2026, 1, 1))
    assert [following for _, following in slots_with_the_next(schedule, utc("2026-01-01T00:00"))] == [
        utc("2026-01-02T17:00"),
        None,
    ]


def test_the_last_slot_that_a_search_finds_still_knows_the_next_one():
    # A search ends after ten years: here between five minutes before and five after midnight.
    schedule = Schedule("FREQ=YEARLY;BYYEARDAY=1,-1;BYHOUR=0,23;BYMINUTE=5,55", "UTC", date(2024, 1, 1))
    *_, last = slots_with_the_next(schedule, utc("2024-01-02T00:00"))
    assert last == (utc("2033-12-31T23:55"), utc("2034-01-01T00:05"))


@settings(max_examples=60, deadline=None)
@given(
    zone=st.sampled_from([LONDON, "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "Pacific/Apia", "UTC"]),
    hours=st.sets(st.integers(0, 23), min_size=1, max_size=4),
    minutes=st.sets(st.integers(0, 59), min_size=1, max_size=3),
    stagger=st.integers(0, LONGEST_STAGGER),
    days_after=st.integers(0, 1500),
    asked_from=st.integers(0, 11),
)
def test_staggered_slots_are_repeatable_within_bounds_in_order_and_never_at_one_time(
    zone: str, hours: set[int], minutes: set[int], stagger: int, days_after: int, asked_from: int
):
    rule = f"FREQ=DAILY;BYHOUR={','.join(map(str, hours))};BYMINUTE={','.join(map(str, minutes))}"
    schedule = Schedule(rule, zone, date(2024, 1, 1))
    found = next_staggered_slots(SCHEDULE, schedule, stagger, EARLY + timedelta(days=days_after), 12)
    for slot in found:
        assert timedelta(0) <= slot.scheduled_at - slot.slot_at <= stagger * MINUTE
    for slot, following in pairwise(found):
        assert slot.scheduled_at < following.slot_at <= following.scheduled_at
    # Asked from the middle, they are the same; the slots themselves are those without a stagger.
    again = next_staggered_slots(SCHEDULE, schedule, stagger, found[asked_from].scheduled_at - MINUTE, 12 - asked_from)
    assert again == found[asked_from:]
    assert list(islice(slots_after(schedule, found[0].slot_at - MINUTE), 12)) == [slot.slot_at for slot in found]
