"""The database refuses what must never happen to a target, whoever asks for it."""

from contextlib import nullcontext
from itertools import product

import psycopg
import pytest

from syndication_assets.database.connection import DatabaseError
from syndication_assets_tests.publishing.queue_desk import NOON, QueueDesk

STATES = ["draft", "ready", "scheduled", "publishing", "published", "failed", "cancelled", "needs_reconcile"]
LEGAL = {
    ("draft", "ready"),
    ("draft", "scheduled"),
    ("draft", "cancelled"),
    ("ready", "draft"),
    ("ready", "scheduled"),
    ("ready", "cancelled"),
    ("scheduled", "draft"),
    ("scheduled", "ready"),
    ("scheduled", "publishing"),
    ("scheduled", "cancelled"),
    ("publishing", "scheduled"),
    ("publishing", "published"),
    ("publishing", "failed"),
    ("publishing", "needs_reconcile"),
    ("failed", "scheduled"),
    ("failed", "cancelled"),
    ("needs_reconcile", "scheduled"),
    ("needs_reconcile", "published"),
    ("needs_reconcile", "failed"),
    ("needs_reconcile", "cancelled"),
}
# What else a row of the state needs.
VALUES = """
    state = %(state)s,
    claimed_by = case when %(state)s = 'publishing' then 'publisher' end,
    leased_until = case when %(state)s = 'publishing' then now() end,
    published_at = case when %(state)s = 'published' then now() end,
    platform_post_id = case when %(state)s = 'published' then 'page_1' end,
    error_message = 'why'
"""


@pytest.fixture
def target(desk: QueueDesk) -> str:
    return desk.due(desk.page())[0]


def put_into(desk: QueueDesk, target_id: str, state: str) -> None:
    """Past the trigger of steps."""
    with psycopg.connect(desk.url, cursor_factory=psycopg.ClientCursor) as connection:
        connection.execute("set session_replication_role = replica")
        connection.execute(
            f"update publishing.post_targets set {VALUES}, is_in_doubt = false where target_id = %(target_id)s",
            {"state": state, "target_id": target_id},
        )


def test_only_the_legal_steps_are_taken_of_all_pairs_of_states(desk: QueueDesk, target: str):
    taken = set()
    refusals = []
    for before, after in product(STATES, STATES):
        put_into(desk, target, before)
        try:
            desk.execute(
                f"update publishing.post_targets set {VALUES} where target_id = %(target_id)s",
                {"state": after, "target_id": target},
            )
            taken.add((before, after))
        except DatabaseError as error:
            refusals.append(str(error))
    assert all("cannot go from" in refusal for refusal in refusals), refusals
    assert {pair for pair in taken if pair[0] != pair[1]} == LEGAL


@pytest.mark.parametrize("state", [state for state in STATES if state not in ("draft", "ready", "scheduled")])
def test_no_target_begins_anywhere_but_at_the_beginning(desk: QueueDesk, target: str, state: str):
    with pytest.raises(DatabaseError, match="cannot begin as"):
        desk.execute(
            "insert into publishing.post_targets (organization_id, content_id, content_hash, account_id, platform,"
            " channel_type, state, is_simulated) select organization_id, content_id, content_hash, account_id,"
            " platform, 'story_post', %s, true from publishing.post_targets where target_id = %s",
            [state, target],
        )


@pytest.mark.parametrize("state", ["publishing", "published", "needs_reconcile"])
@pytest.mark.parametrize(
    "change",
    [
        "scheduled_at = now()",
        "content_hash = 'other'",
        "is_simulated = not is_simulated",
        "channel_type = 'story_post'",
    ],
)
def test_what_a_target_publishes_does_not_change_while_it_is_on_its_way(
    state: str, change: str, desk: QueueDesk, target: str
):
    put_into(desk, target, state)
    with pytest.raises(DatabaseError, match="what a target publishes cannot change"):
        desk.execute(f"update publishing.post_targets set {change} where target_id = %s", [target])


def test_the_id_of_a_published_post_is_never_overwritten_and_never_anothers(desk: QueueDesk, target: str):
    put_into(desk, target, "published")
    with pytest.raises(DatabaseError, match="never overwritten"):
        desk.execute("update publishing.post_targets set platform_post_id = 'page_2' where target_id = %s", [target])
    (other,) = desk.due(desk.page("other"))
    with pytest.raises(DatabaseError, match="post_targets_remote"):
        desk.execute("update publishing.post_targets set platform_post_id = 'page_1' where target_id = %s", [other])


def insert_copy(desk: QueueDesk, target: str, **changes: str) -> None:
    columns = ["organization_id", "content_id", "content_hash", "account_id", "platform", "channel_type", "state"]
    columns += ["scheduled_at", "is_simulated"]
    values = ", ".join(changes.get(column, column) for column in columns)
    desk.execute(
        f"insert into publishing.post_targets ({', '.join(columns)}) select {values}"
        " from publishing.post_targets where target_id = %s",
        [target],
    )


def test_the_same_post_cannot_be_queued_twice(desk: QueueDesk, target: str):
    with pytest.raises(DatabaseError, match="idempotency_key"):
        insert_copy(desk, target)
    with pytest.raises(DatabaseError, match="content_id_account_id_channel"):
        insert_copy(desk, target, scheduled_at="scheduled_at + interval '1 day'")


def test_two_posts_cannot_have_one_slot(desk: QueueDesk, target: str):
    other = desk.approved()
    with pytest.raises(DatabaseError, match="post_targets_slot"):
        insert_copy(desk, target, content_id=f"'{other}'", content_hash="'other'")


def test_two_versions_of_a_text_cannot_both_be_on_their_way(desk: QueueDesk, target: str):
    post = desk.value("select post_core_id from publishing.post_targets where target_id = %s", [target])
    second = desk.approve(desk.text(post, version=2))
    with pytest.raises(DatabaseError, match="post_targets_one_version"):
        insert_copy(
            desk,
            target,
            content_id=f"'{second}'",
            content_hash="'second'",
            scheduled_at="scheduled_at + interval '1 h'",
        )
    insert_copy(desk, target, content_id=f"'{second}'", content_hash="'second'", scheduled_at="null", state="'ready'")


def test_nobody_gives_a_target_the_post_of_another_text(desk: QueueDesk, target: str):
    other = desk.post()
    before = desk.target(target)["post_core_id"]
    desk.execute("update publishing.post_targets set post_core_id = %s, variation = 5", [other])
    assert (desk.target(target)["post_core_id"], desk.target(target)["variation"]) == (before, 1)


def test_a_target_with_attempts_is_not_deleted(desk: QueueDesk, target: str):
    desk.publish(now=NOON)
    with pytest.raises(DatabaseError, match="publish_attempts"):
        desk.execute("delete from publishing.post_targets where target_id = %s", [target])


@pytest.mark.parametrize("state", ["draft", "ready", "scheduled", "failed", "cancelled"])
def test_a_target_that_is_not_under_way_becomes_published_only_by_a_call_that_published_it(
    desk: QueueDesk, target: str, state: str
):
    put_into(desk, target, state)
    publish = "update publishing.post_targets set state = 'published', published_at = now(), platform_post_id = %s"
    with pytest.raises(DatabaseError, match="without the call that published it"):
        desk.execute(publish, ["page_1"])
    desk.execute(
        "insert into publishing.publish_attempts (organization_id, target_id, attempt_number, publisher, finished_at,"
        " outcome, platform_post_id) values (%s, %s, 1, 'facebook_graph', now(), 'published', 'page_1')",
        [desk.organization_id, target],
    )
    with pytest.raises(DatabaseError, match="without the call that published it"):
        desk.execute(publish, ["page_2"])
    desk.execute(publish, ["page_1"])
    assert desk.target(target)["state"] == "published"


def test_a_target_with_a_call_that_was_taken_is_not_sent_again(desk: QueueDesk, target: str):
    desk.execute(
        "insert into publishing.publish_attempts (organization_id, target_id, attempt_number, publisher, finished_at,"
        " outcome, platform_post_id) values (%s, %s, 1, 'facebook_graph', now(), 'published', 'page_1')",
        [desk.organization_id, target],
    )
    with pytest.raises(DatabaseError, match="is not sent again"):
        desk.execute("update publishing.post_targets set state = 'publishing', claimed_by = 'x', leased_until = now()")


@pytest.mark.parametrize(
    ("before", "is_in_doubt"), [("needs_reconcile", True), ("scheduled", False), ("failed", False)]
)
def test_what_is_cancelled_while_nobody_knows_counts_as_sent(
    desk: QueueDesk, target: str, before: str, is_in_doubt: bool
):
    put_into(desk, target, before)
    desk.execute("update publishing.post_targets set state = 'cancelled', is_in_doubt = not %s", [is_in_doubt])
    assert desk.target(target)["is_in_doubt"] is is_in_doubt
    post = desk.value("select post_core_id from publishing.post_targets")
    second = desk.approve(desk.text(post, version=2))
    copy = {"content_id": f"'{second}'", "content_hash": "'second'", "scheduled_at": "scheduled_at + interval '1 h'"}
    with pytest.raises(DatabaseError, match="post_targets_one_version") if is_in_doubt else nullcontext():
        insert_copy(desk, target, **copy, state="'scheduled'")
