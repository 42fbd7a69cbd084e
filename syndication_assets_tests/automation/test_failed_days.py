"""A failure is open until later successes have made up for all of its days and assets."""

import pytest

from syndication_assets.automation.sensors.failed_days import NO_DAYS, Outcome, days_between, still_failed


def outcome(number: int, days: str = "", assets: str | None = None) -> Outcome[int]:
    first, _, last = days.partition("/")
    return Outcome(number, days_between(first, last or first), frozenset(assets.split()) if assets else None, number)


@pytest.mark.parametrize(
    ("failures", "successes", "still"),
    [
        ([outcome(1, "2026-03-02")], [], [1]),
        ([outcome(1, "2026-03-02")], [outcome(2, "2026-03-03")], [1]),
        ([outcome(1, "2026-03-02")], [outcome(2, "2026-03-01/2026-03-05")], []),
        ([outcome(2, "2026-03-02")], [outcome(1, "2026-03-02")], [2]),
        # Days may be made up for one by one.
        ([outcome(1, "2026-03-02/2026-03-03")], [outcome(3, "2026-03-03")], [1]),
        ([outcome(1, "2026-03-02/2026-03-03")], [outcome(3, "2026-03-03"), outcome(2, "2026-03-02")], []),
        # The newest failure of the same days counts.
        ([outcome(3, "2026-03-02"), outcome(1, "2026-03-02")], [outcome(2, "2026-03-02")], [3]),
        # What has no days: any later success, of at least the same assets.
        ([outcome(1)], [outcome(2)], []),
        ([outcome(1, assets="a b")], [outcome(2, assets="a")], [1]),
        ([outcome(1, assets="a")], [outcome(2, assets="a b")], []),
        ([outcome(1, assets="a")], [outcome(2)], []),
        ([outcome(1)], [outcome(2, assets="a")], [1]),
    ],
)
def test_a_failure_is_open_until_its_days_and_assets_have_succeeded(
    failures: list[Outcome[int]], successes: list[Outcome[int]], still: list[int]
):
    assert [failure.record for failure in still_failed(failures, successes)] == still


def test_no_more_successes_are_read_than_are_needed():
    def successes():
        yield outcome(9)
        pytest.fail("everything was made up for already")

    assert still_failed([outcome(1)], successes()) == []


def test_a_partition_that_is_no_day_stands_for_itself():
    assert days_between("all", "all") == {"all"}
    assert days_between(None, None) == NO_DAYS
