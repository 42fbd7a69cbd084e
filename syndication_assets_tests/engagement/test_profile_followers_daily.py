"""Followers by day, their change, and the engagement of a profile in proportion to them."""

import json
from decimal import Decimal

import pytest
from click.testing import CliRunner

from syndication_assets.cli.main import main
from syndication_assets_tests.engagement.snapshots import History, day, moment

ROWS = "select activity_date, followers, followers_delta, gap_days, engagement_delta, engagement_rate, rate_formula"


def count(history: History, profile_id: str, number: int, followers: int, clock: str = "06:00") -> None:
    history.insert(
        "scraping.profile_snapshots",
        "profile_id",
        profile_id=profile_id,
        observed_at=moment(number, clock),
        followers=followers,
        run_id=history.run_id,
        landed_file_id=history.landed_file_id,
    )


def test_each_counted_day_has_its_last_number_its_change_and_its_rate(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    history = History(database_url)
    ada, bob = history.profile("ada"), history.profile("bob")
    for number, followers, clock in ((1, 100, "06:00"), (1, 120, "23:00"), (2, 0, "06:00"), (5, 150, "06:00")):
        count(history, ada, number, followers, clock)
    count(history, bob, 2, 7)
    followed = history.post(posted_at=moment(1), profile_id=ada)
    with_gap = history.post(posted_at=moment(1), profile_id=ada)
    simulated = history.post(posted_at=moment(1), profile_id=ada, is_simulated=True)
    history.daily(followed, "reactions", {1: 3, 2: 5, 4: 6, 5: 9})
    history.daily(with_gap, "reactions", {1: 3, 5: 90})
    history.daily(simulated, "reactions", {1: 1000, 5: 5000})
    history.roll_up_all(1, 5)
    by_followers = "engagement_rate_by_followers/1"
    assert history.rows(f"{ROWS} from engagement.profile_followers_daily where username = 'ada' order by 1") == [
        (day(1), 120, None, None, 6, Decimal("0.050000"), by_followers),
        (day(2), 0, -120, 1, 2, None, by_followers),
        # A change of several days is not this day's engagement.
        (day(5), 150, 150, 3, 3, Decimal("0.020000"), by_followers),
    ]
    assert history.rows(f"{ROWS} from engagement.profile_followers_daily where username = 'bob'") == [
        (day(2), 7, None, None, None, None, None)
    ]

    count(history, ada, 4, 140)  # a late file changes its own day and the next counted one
    assert history.rows(
        "select activity_date, followers_delta, gap_days from engagement.profile_followers_daily"
        " where username = 'ada' order by 1 desc limit 2"
    ) == [(day(5), 10, 1), (day(4), 140, 2)]

    monkeypatch.setenv("SYNDICATION_DATABASE_URL", database_url)
    listed = CliRunner().invoke(main, ["profile", "followers", "linkedin", "Ada", "--days", "2", "--json"])
    assert [(row["followers"], row["engagement_rate"]) for row in json.loads(listed.output)] == [
        (150, "0.020000"), (140, None),
    ]  # fmt: skip
    shown = CliRunner().invoke(main, ["profile", "followers", "linkedin", "ada", "--days", "1"]).output
    assert "150  +10 in 1 day " in shown
    assert "2.0000% engagement by followers" in shown
