"""A state machine: no sequence of events reaches an illegal state or publishes a post a second time.

The fake platform records the posts it accepts. People always resolve targets truthfully.
"""

from collections import Counter
from contextlib import nullcontext, suppress
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from syndication_assets.channels.errors.outcome import OutcomeKind
from syndication_assets.database.connection import load_sql
from syndication_assets.errors import SyndicationError
from syndication_assets.publishing.checks import CHECKS
from syndication_assets.publishing.sending import publish as publish_module
from syndication_assets.publishing.sending import target_decisions
from syndication_assets.sql_assets.checks import read_only_transaction
from syndication_assets_tests.conftest import new_database
from syndication_assets_tests.publishing import fake_platform
from syndication_assets_tests.publishing.fake_platform import CrashError, FakePlatform, reject_with
from syndication_assets_tests.publishing.publishing_queue import AFTER_SLOT, PublishingQueue
from syndication_assets_tests.random_histories import number_of_histories
from syndication_assets_tests.sample_database import broken_checks
from syndication_assets_tests.servers import Server

RESPONSES = {
    "accept": fake_platform.accept,
    "accept and lose the response": fake_platform.accept_and_lose_the_response,
    "lose the request": fake_platform.lose_the_request,
    "accept and crash": fake_platform.accept_and_crash,
    "crash": fake_platform.crash_before_sending,
    **{kind.value: reject_with(kind) for kind in OutcomeKind if kind is not OutcomeKind.PUBLISHED},
}
TWENTY_MINUTES = timedelta(minutes=20)
ERRORS = [check for check in CHECKS if check.severity.value == "ERROR"]


class QueueMachine(RuleBasedStateMachine):
    """One page, a few posts, two publishers, a person."""

    url = ""

    @initialize()
    def open_the_queue(self) -> None:
        self.queue = PublishingQueue(self.url)
        self.platform = FakePlatform()
        self.page = self.queue.page(publisher="facebook_graph")
        self.queue.schedule(self.page, "FREQ=DAILY;BYHOUR=1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17")
        self.contents: list[str] = []
        for _ in range(2):
            self.write_and_approve()
        self.queue.plan()

    @precondition(lambda self: len(self.contents) < 4)
    @rule()
    def write_and_approve(self) -> None:
        self.contents.append(self.queue.approve(self.queue.text(), datetime(2025, 11, 2, tzinfo=UTC)))

    @precondition(lambda self: self.contents)
    @rule(data=st.data())
    def edit(self, data: st.DataObject) -> None:
        """Adds a new version, approved in place of the old version."""
        old = data.draw(st.sampled_from(self.contents))
        post, version = self.queue.rows(
            "select post_core_id, max(version) from content.posts_content where post_core_id ="
            " (select post_core_id from content.posts_content where content_id = %s) group by 1",
            [old],
        )[0]
        self.queue.execute("update content.posts_content set state = 'superseded' where post_core_id = %s", [post])
        self.contents.append(
            self.queue.approve(self.queue.text(post, version=version + 1), datetime(2025, 11, 2, tzinfo=UTC))
        )

    @precondition(lambda self: self.contents)
    @rule(data=st.data(), is_approved=st.booleans())
    def decide(self, data: st.DataObject, is_approved: bool) -> None:
        content = data.draw(st.sampled_from(self.contents))
        state = self.queue.value("select state::text from content.posts_content where content_id = %s", [content])
        if state == "superseded":
            return
        if is_approved:
            self.queue.approve(content, datetime(2025, 11, 2, tzinfo=UTC))
        else:
            self.queue.withdraw(content)

    @rule()
    def plan(self) -> None:
        self.queue.plan()

    @rule(rounds=st.lists(st.tuples(st.sampled_from(sorted(RESPONSES)), st.booleans()), min_size=1, max_size=3))
    def publish(self, rounds: list[tuple[str, bool]]) -> None:
        """Runs the publisher: each round has a first response, and may begin after time has passed."""
        for response, has_waited in rounds:
            if has_waited:
                self.time_passes()
            self.platform.responses.append(RESPONSES[response])
            with suppress(CrashError):
                self.queue.publish_to(self.platform, now=AFTER_SLOT, publish_concurrency=1)
            self.platform.responses.clear()

    def time_passes(self) -> None:
        """Leases expire, waits end, calls are in the past, and the page is reconnected."""
        self.queue.pass_waits()
        self.queue.expire_leases()
        self.queue.execute("update publishing.publish_attempts set started_at = started_at - interval '20 minutes'")
        self.queue.execute("update channels.social_accounts set status = 'active'")
        self.platform.accepted = [(post_id, text, at - TWENTY_MINUTES) for post_id, text, at in self.platform.accepted]

    @rule(is_listing_complete=st.booleans())
    def look_up(self, is_listing_complete: bool) -> None:
        self.platform.is_listing_complete = is_listing_complete
        self.queue.reconcile({"facebook_graph": self.platform})

    @rule(data=st.data(), what=st.sampled_from(["resolve", "cancel", "retry", "resolve as cancelled"]))
    def a_person_decides(self, data: st.DataObject, what: str) -> None:
        targets = [target for (target,) in self.queue.rows("select target_id from publishing.post_targets order by 1")]
        if not targets:
            return
        target_id = data.draw(st.sampled_from(targets))
        decisions = {
            "cancel": target_decisions.cancel,
            "retry": target_decisions.retry,
            "resolve as cancelled": target_decisions.resolve_as_cancelled,
            "resolve": self._resolve_truly,
        }
        with suppress(SyndicationError):  # the decision is not allowed in the state of the target
            decisions[what](self.queue.url, target_id, "isla")

    def _resolve_truly(self, url: str, target_id: str, actor: str) -> None:
        (text,) = self.queue.rows(
            "select text_content from content.posts_content join publishing.post_targets using (content_id)"
            " where target_id = %s",
            [target_id],
        )[0]
        found = [post_id for post_id, accepted_text, _ in self.platform.accepted if accepted_text == text]
        if found:
            target_decisions.resolve_as_published(url, target_id, found[0], actor)
        else:
            target_decisions.resolve_as_not_published(url, target_id, actor)

    @invariant()
    def nothing_is_published_twice(self) -> None:
        if not hasattr(self, "queue"):
            return
        assert max(Counter(self.platform.texts()).values(), default=0) <= 1, self.platform.texts()
        post_of = dict(self.queue.rows("select text_content, post_core_id from content.posts_content"))
        posts = Counter(post_of[text] for text in self.platform.texts())
        assert max(posts.values(), default=0) <= 1, "two versions of a text"
        published = self.queue.rows("select platform_post_id from publishing.post_targets where state = 'published'")
        assert {post_id for (post_id,) in published} <= {post_id for post_id, _, _ in self.platform.accepted}

    @invariant()
    def nothing_is_lost(self) -> None:
        """Every accepted post belongs to a target that is published, unresolved, leased or cancelled."""
        if not hasattr(self, "queue"):
            return
        states = dict(
            self.queue.rows(
                "select text_content, t.state::text from publishing.post_targets t"
                " join content.posts_content using (organization_id, content_id)"
            )
        )
        for _, text, _ in self.platform.accepted:
            assert states[text] in {"published", "needs_reconcile", "publishing", "cancelled"}, (text, states)

    def teardown(self) -> None:
        """Every check of severity ERROR passes; only leases may be overdue, until the next run recovers them."""
        today = datetime.now(UTC).date()
        window = (today - timedelta(days=600), today + timedelta(days=2))
        with read_only_transaction(self.queue.url) as connection:
            broken = broken_checks(connection, "publishing", ERRORS, window)
        assert broken.keys() <= {"post_targets__leases_are_not_overdue"}


@pytest.fixture(scope="module")
def machine_url(server: Server, template_database: str):
    with new_database(server, template_database) as url:
        yield url


def test_no_sequence_of_events_publishes_twice_or_loses_a_post(machine_url: str):
    QueueMachine.url = machine_url
    run_state_machine_as_test(
        QueueMachine,
        settings=settings(
            max_examples=number_of_histories(20),
            stateful_step_count=12,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            database=None,
        ),
    )


@pytest.mark.parametrize("is_careless", [False, True])
def test_a_publisher_that_resends_after_a_crash_violates_the_invariant(
    is_careless: bool, machine_url: str, monkeypatch: pytest.MonkeyPatch
):
    """The negative control: a call without an outcome is treated as if it had not been made."""

    def load_careless_sql(path: str) -> str:
        return load_sql(path).replace("else 'needs_reconcile' end", "else 'scheduled' end")

    if is_careless:
        monkeypatch.setattr(publish_module, "load_sql", load_careless_sql)
    QueueMachine.url = machine_url
    machine = QueueMachine()
    machine.open_the_queue()
    machine.publish([("accept and crash", False), ("accept", True)])
    with pytest.raises(AssertionError) if is_careless else nullcontext():
        machine.nothing_is_published_twice()
