"""Counts of an execution, its origin, and what people read of an error: decisions without a database."""

from decimal import Decimal

import dagster as dg
import pytest

from syndication_assets.errors import SyndicationError
from syndication_assets.operations.executions.execution_recording import sentence_of
from syndication_assets.operations.executions.origin import ACTOR_TAG, Origin, origin_of_run
from syndication_assets.operations.executions.tally import Channel, Tally, as_sentence
from syndication_assets.operations.usage.call_totals import CallTotals

FEED = Channel("facebook", "feed_post", "product_post")


@pytest.mark.parametrize(
    ("went_out", "rejected", "status"),
    [(0, 0, None), (2, 0, "success"), (1, 1, "partial"), (0, 2, "failed")],
)
def test_the_status_follows_from_the_counts_and_nothing_done_is_no_row(
    went_out: int, rejected: int, status: str | None
):
    tally = Tally()
    tally.add("org", FEED, came_in=2, went_out=went_out, rejected=rejected, reason="They broke." if rejected else None)
    assert [row["status"] for row in tally.rows()] == ([] if status is None else [status])
    assert [row["error_message"] for row in tally.rows()] == (
        [] if status is None else [f"{rejected} of 2 were rejected. They broke." if rejected else None]
    )


def test_counts_add_up_by_organization_and_channel():
    tally = Tally()
    for organization in ("a", "b", "a"):
        tally.add(organization, FEED, came_in=1, went_out=1, outcomes={"published": 1}, busy_seconds=0.5)
    tally.add("a", came_in=1, rejected=1, reason="No.")
    rows = tally.rows()
    assert [(row["organization"], row["platform"], row["rows_out"]) for row in rows] == [
        ("a", None, 0),
        ("a", "facebook", 2),
        ("b", "facebook", 1),
    ]
    assert (rows[1]["outcomes"], rows[1]["busy_seconds"]) == ({"published": 2}, 1.0)


def test_an_unknown_cost_is_no_cost_and_nothing_is_charged_to_what_was_not_done():
    tally = Tally()
    tally.add("a", came_in=1, went_out=1)
    tally.charge("a", None, "USD")
    tally.charge("b", 2.5, "USD")
    assert [row["cost"] for row in tally.rows()] == [None]
    tally.charge("a", 0.1, "USD")
    tally.charge("a", Decimal("0.2"), "USD")
    assert [(row["cost"], row["currency"]) for row in tally.rows()] == [("0.3", "USD")]


def test_recorded_calls_are_charged_in_their_currency_and_have_no_sum_in_several():
    calls = CallTotals(costs={"USD": Decimal("0.25")})
    for costs, charged in (({}, None), ({"EUR": Decimal(1), "USD": Decimal(2)}, None), (calls.costs, "0.25")):
        tally = Tally()
        tally.add("a", came_in=1, went_out=1)
        tally.charge_calls("a", CallTotals(costs=costs))
        assert [row["cost"] for row in tally.rows()] == [charged]


def test_the_same_reason_is_said_once():
    tally = Tally()
    for _ in range(3):
        tally.add("a", came_in=1, rejected=1, reason="The token has expired.")
    assert tally.rows()[0]["error_message"] == "3 of 3 were rejected. The token has expired."


@pytest.mark.parametrize(
    ("tags", "origin"),
    [
        ({"dagster/schedule_name": "publish_schedule"}, Origin("schedule", "publish_schedule", "run")),
        ({"dagster/sensor_name": "approval_sensor"}, Origin("sensor", "approval_sensor", "run")),
        ({"dagster/backfill": "b1", ACTOR_TAG: "usr-1"}, Origin("backfill", "usr-1", "run")),
        ({ACTOR_TAG: "usr-1"}, Origin("person", "usr-1", "run")),
        ({}, Origin("person", None, "run")),
    ],
)
def test_the_tags_of_a_run_say_what_started_it(tags: dict[str, str], origin: Origin):
    assert origin_of_run("run", tags) == origin
    assert origin.is_by_hand is (origin.trigger in {"person", "backfill"})


@pytest.mark.parametrize(
    ("error", "quoted"),
    [
        (SyndicationError("The shop is away."), "The shop is away."),
        (dg.Failure("Nothing could be fetched.\nacme: no"), "Nothing could be fetched. acme: no"),
        (KeyError("canary-secret"), "It failed with KeyError: see its run in Dagster."),
        (KeyboardInterrupt(), "It was stopped (KeyboardInterrupt)."),
    ],
)
def test_only_our_own_errors_are_quoted(error: BaseException, quoted: str):
    assert sentence_of(error) == quoted


def test_a_sentence_has_no_secret_and_no_control_characters():
    sentence = as_sentence("GET /x?access_token=EAABcanary123 failed\x1b[31m\nagain")
    assert "canary" not in sentence
    assert sentence.endswith("failed again")
