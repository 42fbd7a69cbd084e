"""The database rejects illegal changes of a target, whoever makes them."""

from contextlib import nullcontext
from itertools import product

import psycopg
import pytest

from syndication_assets.database.connection import DatabaseError
from syndication_assets_tests.publishing.publishing_queue import NOON, PublishingQueue

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
# The other columns that each state needs.
VALUES = """
    state = %(state)s,
    leased_by = case when %(state)s = 'publishing' then 'publisher' end,
    leased_until = case when %(state)s = 'publishing' then now() end,
    published_at = case when %(state)s = 'published' then now() end,
    platform_post_id = case when %(state)s = 'published' then 'page_1' end,
    error_message = 'why'
"""


@pytest.fixture
def target(queue: PublishingQueue) -> str:
    return queue.due(queue.page())[0]


def put_into(queue: PublishingQueue, target_id: str, state: str) -> None:
    """Bypasses the trigger that rejects illegal transitions."""
    with psycopg.connect(queue.url, cursor_factory=psycopg.ClientCursor) as connection:
        connection.execute("set session_replication_role = replica")
        connection.execute(
            f"update publishing.post_targets set {VALUES}, is_in_doubt = false where target_id = %(target_id)s",
            {"state": state, "target_id": target_id},
        )


def test_of_all_pairs_of_states_only_the_legal_transitions_succeed(queue: PublishingQueue, target: str):
    succeeded = set()
    rejections = []
    for before, after in product(STATES, STATES):
        put_into(queue, target, before)
        try:
            queue.execute(
                f"update publishing.post_targets set {VALUES} where target_id = %(target_id)s",
                {"state": after, "target_id": target},
            )
            succeeded.add((before, after))
        except DatabaseError as error:
            rejections.append(str(error))
    assert all("cannot go from" in rejection for rejection in rejections), rejections
    assert {pair for pair in succeeded if pair[0] != pair[1]} == LEGAL


@pytest.mark.parametrize("state", [state for state in STATES if state not in ("draft", "ready", "scheduled")])
def test_no_target_is_inserted_in_a_later_state(queue: PublishingQueue, target: str, state: str):
    with pytest.raises(DatabaseError, match="cannot begin as"):
        queue.execute(
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
def test_the_content_of_a_target_does_not_change_once_it_is_under_way(
    state: str, change: str, queue: PublishingQueue, target: str
):
    put_into(queue, target, state)
    with pytest.raises(DatabaseError, match="what a target publishes cannot change"):
        queue.execute(f"update publishing.post_targets set {change} where target_id = %s", [target])


def test_the_id_of_a_published_post_is_unique_and_never_overwritten(queue: PublishingQueue, target: str):
    put_into(queue, target, "published")
    with pytest.raises(DatabaseError, match="never overwritten"):
        queue.execute("update publishing.post_targets set platform_post_id = 'page_2' where target_id = %s", [target])
    (other,) = queue.due(queue.page("other"))
    with pytest.raises(DatabaseError, match="post_targets_remote"):
        queue.execute("update publishing.post_targets set platform_post_id = 'page_1' where target_id = %s", [other])


def insert_copy(queue: PublishingQueue, target: str, **changes: str) -> None:
    columns = ["organization_id", "content_id", "content_hash", "account_id", "platform", "channel_type", "state"]
    columns += ["scheduled_at", "is_simulated"]
    values = ", ".join(changes.get(column, column) for column in columns)
    queue.execute(
        f"insert into publishing.post_targets ({', '.join(columns)}) select {values}"
        " from publishing.post_targets where target_id = %s",
        [target],
    )


def test_the_same_post_cannot_be_queued_twice(queue: PublishingQueue, target: str):
    with pytest.raises(DatabaseError, match="idempotency_key"):
        insert_copy(queue, target)
    with pytest.raises(DatabaseError, match="content_id_account_id_channel"):
        insert_copy(queue, target, scheduled_at="scheduled_at + interval '1 day'")


def test_two_posts_cannot_have_the_same_slot(queue: PublishingQueue, target: str):
    other = queue.approved()
    with pytest.raises(DatabaseError, match="post_targets_slot"):
        insert_copy(queue, target, content_id=f"'{other}'", content_hash="'other'")


def test_two_versions_of_a_text_cannot_both_be_scheduled(queue: PublishingQueue, target: str):
    post = queue.value("select post_core_id from publishing.post_targets where target_id = %s", [target])
    second = queue.approve(queue.text(post, version=2))
    with pytest.raises(DatabaseError, match="post_targets_one_version"):
        insert_copy(
            queue,
            target,
            content_id=f"'{second}'",
            content_hash="'second'",
            scheduled_at="scheduled_at + interval '1 h'",
        )
    insert_copy(queue, target, content_id=f"'{second}'", content_hash="'second'", scheduled_at="null", state="'ready'")


def test_the_post_of_a_target_is_always_that_of_its_text(queue: PublishingQueue, target: str):
    other = queue.post()
    before = queue.target(target)["post_core_id"]
    queue.execute("update publishing.post_targets set post_core_id = %s, variation = 5", [other])
    assert (queue.target(target)["post_core_id"], queue.target(target)["variation"]) == (before, 1)


@pytest.mark.both_servers
def test_a_target_with_attempts_is_not_deleted(queue: PublishingQueue, target: str):
    queue.publish(now=NOON)
    with pytest.raises(DatabaseError, match="publish_attempts"):
        queue.execute("delete from publishing.post_targets where target_id = %s", [target])


@pytest.mark.parametrize("state", ["draft", "ready", "scheduled", "failed", "cancelled"])
def test_a_target_that_is_not_under_way_becomes_published_only_with_a_published_attempt(
    queue: PublishingQueue, target: str, state: str
):
    put_into(queue, target, state)
    publish = "update publishing.post_targets set state = 'published', published_at = now(), platform_post_id = %s"
    with pytest.raises(DatabaseError, match="without the attempt that published it"):
        queue.execute(publish, ["page_1"])
    queue.execute(
        "insert into publishing.publish_attempts (organization_id, target_id, attempt_number, publisher, finished_at,"
        " outcome, platform_post_id) values (%s, %s, 1, 'facebook_graph', now(), 'published', 'page_1')",
        [queue.organization_id, target],
    )
    with pytest.raises(DatabaseError, match="without the attempt that published it"):
        queue.execute(publish, ["page_2"])
    queue.execute(publish, ["page_1"])
    assert queue.target(target)["state"] == "published"


def test_a_target_with_a_published_attempt_is_not_sent_again(queue: PublishingQueue, target: str):
    queue.execute(
        "insert into publishing.publish_attempts (organization_id, target_id, attempt_number, publisher, finished_at,"
        " outcome, platform_post_id) values (%s, %s, 1, 'facebook_graph', now(), 'published', 'page_1')",
        [queue.organization_id, target],
    )
    with pytest.raises(DatabaseError, match="is never sent again"):
        queue.execute("update publishing.post_targets set state = 'publishing', leased_by = 'x', leased_until = now()")


@pytest.mark.parametrize(
    ("before", "is_in_doubt"), [("needs_reconcile", True), ("scheduled", False), ("failed", False)]
)
def test_a_target_cancelled_while_unresolved_counts_as_sent(
    queue: PublishingQueue, target: str, before: str, is_in_doubt: bool
):
    put_into(queue, target, before)
    queue.execute("update publishing.post_targets set state = 'cancelled', is_in_doubt = not %s", [is_in_doubt])
    assert queue.target(target)["is_in_doubt"] is is_in_doubt
    post = queue.value("select post_core_id from publishing.post_targets")
    second = queue.approve(queue.text(post, version=2))
    copy = {"content_id": f"'{second}'", "content_hash": "'second'", "scheduled_at": "scheduled_at + interval '1 h'"}
    with pytest.raises(DatabaseError, match="post_targets_one_version") if is_in_doubt else nullcontext():
        insert_copy(queue, target, **copy, state="'scheduled'")
