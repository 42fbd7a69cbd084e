"""Actions wait, are done once, and end once."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest

from syndication_assets.curation.actions import executors
from syndication_assets.curation.actions.action_queue import end_action, list_actions, queue_action, start_action
from syndication_assets.curation.actions.consents import give_consent, withdraw_consent
from syndication_assets.curation.posts.post_states import decide_tag
from syndication_assets.database.connection import transaction
from syndication_assets.errors import SyndicationError
from syndication_assets_tests.curation.curated_posts import CuratedPosts

NOW = datetime(2026, 11, 29, 12, tzinfo=UTC)


def _queue(curated: CuratedPosts, post_id: str, action_type: str = "save", **options: Any) -> str:
    values: dict[str, Any] = {
        "parameters": {}, "account_id": None, "executor": "manual", "priority": 0, "scheduled_for": None, "notes": None,
        "person": "isla", **options,
    }  # fmt: skip
    parameters = values.pop("parameters")
    with transaction(curated.url) as connection:
        return queue_action(connection, curated.organization_id, post_id, action_type, parameters, **values)


def _start(curated: CuratedPosts, action_id: str | None = None) -> Any:
    return start_action(curated.url, action_id, NOW)


def _end(curated: CuratedPosts, action_id: str, state: Any, notes: str | None = None) -> None:
    with transaction(curated.url) as connection:
        end_action(connection, action_id, state, notes)


def test_the_highest_priority_comes_first_and_a_later_time_waits(curated: CuratedPosts):
    posts = [curated.written("bread") for _ in range(4)]
    low = _queue(curated, posts[0])
    later = _queue(curated, posts[1], priority=9, scheduled_for=NOW + timedelta(minutes=1))
    high = _queue(curated, posts[2], priority=5, scheduled_for=NOW)
    same = _queue(curated, posts[3])
    with transaction(curated.url) as connection:
        assert [each.action_id for each in list_actions(connection, with_ended=False)] == [later, high, low, same]
    assert [_start(curated).action_id for _ in range(3)] == [high, low, same]
    with pytest.raises(SyndicationError, match="No action is due"):
        _start(curated)
    with pytest.raises(SyndicationError, match="start it then"):
        _start(curated, later)


def test_a_person_does_an_action_and_says_what_came_of_it(curated: CuratedPosts):
    post = curated.written("bread")
    action = _queue(curated, post, "comment", parameters={"text": "Well said"}, notes="a customer")
    with pytest.raises(SyndicationError, match="already has a comment"):
        _queue(curated, post, "comment", parameters={"text": "Again"})
    with pytest.raises(SyndicationError, match="start it first"):
        _end(curated, action, "completed")
    started = _start(curated, action)
    assert (started.state, started.url) == ("in_progress", "https://social.example/1")
    with pytest.raises(SyndicationError, match="an action is started once"):
        _start(curated, action)
    _end(curated, action, "completed", "commented")
    for state in ("completed", "failed", "cancelled"):
        with pytest.raises(SyndicationError, match=r"what has ended stays|does not become"):
            _end(curated, action, state)
    assert curated.rows("select state::text, executed_at is null, system_notes from curation.actions") == [
        ("completed", False, "commented")
    ]
    _queue(curated, post, "comment", parameters={"text": "Another"})


@pytest.mark.parametrize(
    ("old", "new"),
    [("queued", "completed"), ("completed", "queued"), ("failed", "in_progress"), ("cancelled", "queued")],
)
@pytest.mark.both_servers
def test_the_database_refuses_any_other_change_of_state(curated: CuratedPosts, old: str, new: str):
    post = curated.written("bread")
    ended = "now()" if old in {"completed", "failed"} else "null"
    curated.execute(
        "insert into curation.actions"
        " (organization_id, post_id, action_type, queued_by, state, started_at, executed_at)"
        f" values (%s, %s, 'save', 'isla', %s, now(), {ended})",
        [curated.organization_id, post, old],
    )
    with (
        psycopg.connect(curated.url) as connection,
        pytest.raises(psycopg.errors.CheckViolation, match="does not become"),
    ):
        connection.execute(f"update curation.actions set state = '{new}'")


@pytest.mark.parametrize(
    ("action_type", "parameters", "message"),
    [
        ("comment", {}, "'text' is a required property"),
        ("comment", {"text": ""}, "comment cannot have"),
        ("comment", {"text": "a", "words": "later"}, "comment cannot have"),
        ("repost", {"text": "a", "words": "later"}, "repost cannot have"),
        ("comment", {"words": "never"}, "is not one of"),
        ("autoreact", {"reaction": "anger"}, "is not one of"),
        ("save", {"text": "a"}, "Additional properties are not allowed"),
        ("dance", {}, "There is no action 'dance'"),
        ("comment", {"text": "x" * 500_000}, r"cannot have .{,250}: \$\.text does not meet maxLength 3000\.$"),
    ],
)
def test_parameters_are_those_of_the_type(curated: CuratedPosts, action_type: str, parameters: Any, message: str):
    with pytest.raises(SyndicationError, match=message):
        _queue(curated, curated.written("bread"), action_type, parameters=parameters)


def test_a_dry_run_does_nothing_and_says_so(curated: CuratedPosts):
    action = _queue(curated, curated.written("bread"), executor="dry_run")
    assert _start(curated, action).state == "completed"
    assert "was not done" in curated.value("select system_notes from curation.actions")


def test_an_executor_acts_on_a_platform_only_for_an_organization_that_signed_it_on(
    curated: CuratedPosts, monkeypatch: pytest.MonkeyPatch
):
    done = []

    def robot(action: Any) -> str:
        done.append(action.action_type)
        return "done"

    monkeypatch.setattr(executors, "EXECUTORS", {**executors.EXECUTORS, "robot": robot})
    monkeypatch.setattr("syndication_assets.curation.actions.action_queue.EXECUTORS", executors.EXECUTORS)
    post = curated.written("bread")
    with pytest.raises(SyndicationError, match="whose terms may forbid it"):
        _queue(curated, post, executor="robot")
    with transaction(curated.url) as connection:
        give_consent(connection, curated.organization_id, "robot", "a contract", "isla")
    action = _queue(curated, post, executor="robot")
    with transaction(curated.url) as connection:
        withdraw_consent(connection, curated.organization_id, "robot")
    with pytest.raises(SyndicationError, match="whose terms may forbid it"):
        _start(curated, action)
    assert done == []
    with transaction(curated.url) as connection:
        give_consent(connection, curated.organization_id, "robot", "a contract", "isla")
    assert _start(curated, action).state == "completed"
    assert done == ["save"]


def test_an_action_whose_outcome_is_unknown_is_never_done_again(curated: CuratedPosts, monkeypatch: pytest.MonkeyPatch):
    calls = []

    def broken(action: Any) -> str:
        calls.append(action.action_type)
        raise TimeoutError("no answer")

    monkeypatch.setattr("syndication_assets.curation.actions.action_queue.EXECUTORS", {"dry_run": broken})
    action = _queue(curated, curated.written("bread"), executor="dry_run")
    with pytest.raises(TimeoutError):
        _start(curated, action)
    with pytest.raises(SyndicationError, match="an action is started once"):
        _start(curated, action)
    with pytest.raises(SyndicationError, match="No action is due"):
        _start(curated)
    assert calls == ["save"]
    _end(curated, action, "failed", "it is not there")
    assert curated.value("select state::text from curation.actions") == "failed"


def test_people_who_start_at_once_start_different_actions_and_each_once(curated: CuratedPosts):
    queued = {_queue(curated, curated.written("bread"), executor="dry_run") for _ in range(6)}

    def start_all() -> list[str]:
        started = []
        with suppress(SyndicationError):
            while True:
                started.append(_start(curated).action_id)
        return started

    with ThreadPoolExecutor(3) as people:
        started = [each for people_started in people.map(lambda _: start_all(), range(3)) for each in people_started]
    assert sorted(started) == sorted(queued)


def test_two_curators_who_decide_at_once_leave_one_decision_a_post(curated: CuratedPosts):
    curated.tag("bread")
    posts = [curated.written("bread") for _ in range(4)]

    def decide(person: str) -> None:
        order = posts if person == "isla" else posts[::-1]
        for number in range(8):
            with transaction(curated.url) as connection:
                state: Any = "applied" if number % 2 else "removed"
                decide_tag(connection, curated.organization_id, order, "bread", person, state, f"{person} {number}")

    with ThreadPoolExecutor(2) as people:
        list(people.map(decide, ("isla", "cora")))
    rows = curated.rows("select post_id, count(*), min(state::text) from curation.post_tags group by 1")
    assert sorted(rows) == sorted((post, 1, "applied") for post in posts)
