"""A state machine: no sequence of events reaches an illegal state or publishes a post a second time.

The fake platform counts what it really took. What a person says is true here: who resolves a target has looked.
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

from syndication_assets.channels.outcome import OutcomeKind
from syndication_assets.database.connection import load_sql
from syndication_assets.errors import SyndicationError
from syndication_assets.publishing import publish as publish_module
from syndication_assets.publishing import target_decisions
from syndication_assets.publishing.checks import CHECKS
from syndication_assets.sql_assets.checks import read_only_transaction
from syndication_assets_tests.conftest import new_database
from syndication_assets_tests.publishing import fake_platform
from syndication_assets_tests.publishing.fake_platform import CrashError, FakePlatform, refuse
from syndication_assets_tests.publishing.queue_desk import AFTER_SLOT, QueueDesk
from syndication_assets_tests.sample_database import broken_checks
from syndication_assets_tests.servers import Server

ANSWERS = {
    "take": fake_platform.take,
    "take and lose the answer": fake_platform.take_and_lose_the_answer,
    "lose the question": fake_platform.lose_the_question,
    "take and crash": fake_platform.take_and_crash,
    "crash": fake_platform.crash_before_sending,
    **{kind.value: refuse(kind) for kind in OutcomeKind if kind is not OutcomeKind.PUBLISHED},
}
TWENTY_MINUTES = timedelta(minutes=20)
ERRORS = [check for check in CHECKS if check.severity.value == "ERROR"]


class QueueMachine(RuleBasedStateMachine):
    """One page, a few posts, two publishers, a person."""

    url = ""

    @initialize()
    def open_the_queue(self) -> None:
        self.desk = QueueDesk(self.url)
        self.platform = FakePlatform()
        self.page = self.desk.page(publisher="facebook_graph")
        self.desk.schedule(self.page, "FREQ=DAILY;BYHOUR=1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17")
        self.contents: list[str] = []
        for _ in range(2):
            self.write_and_approve()
        self.desk.plan()

    @precondition(lambda self: len(self.contents) < 4)
    @rule()
    def write_and_approve(self) -> None:
        self.contents.append(self.desk.approve(self.desk.text(), datetime(2025, 11, 2, tzinfo=UTC)))

    @precondition(lambda self: self.contents)
    @rule(data=st.data())
    def edit(self, data: st.DataObject) -> None:
        """A new version, which is approved in place of the old one."""
        old = data.draw(st.sampled_from(self.contents))
        post, version = self.desk.rows(
            "select post_core_id, max(version) from content.posts_content where post_core_id ="
            " (select post_core_id from content.posts_content where content_id = %s) group by 1",
            [old],
        )[0]
        self.desk.execute("update content.posts_content set state = 'superseded' where post_core_id = %s", [post])
        self.contents.append(
            self.desk.approve(self.desk.text(post, version=version + 1), datetime(2025, 11, 2, tzinfo=UTC))
        )

    @precondition(lambda self: self.contents)
    @rule(data=st.data(), is_approved=st.booleans())
    def decide(self, data: st.DataObject, is_approved: bool) -> None:
        content = data.draw(st.sampled_from(self.contents))
        state = self.desk.value("select state::text from content.posts_content where content_id = %s", [content])
        if state == "superseded":
            return
        if is_approved:
            self.desk.approve(content, datetime(2025, 11, 2, tzinfo=UTC))
        else:
            self.desk.withdraw(content)

    @rule()
    def plan(self) -> None:
        self.desk.plan()

    @rule(rounds=st.lists(st.tuples(st.sampled_from(sorted(ANSWERS)), st.booleans()), min_size=1, max_size=3))
    def publish(self, rounds: list[tuple[str, bool]]) -> None:
        """Runs of the publisher: what the platform answers first, and whether time has passed before."""
        for answer, has_waited in rounds:
            if has_waited:
                self.time_passes()
            self.platform.answers.append(ANSWERS[answer])
            with suppress(CrashError):
                self.desk.publish({"facebook_graph": self.platform}, now=AFTER_SLOT, publish_concurrency=1)
            self.platform.answers.clear()

    def time_passes(self) -> None:
        """Leases run out, waits end, what was sent is long ago, and the page is connected again."""
        self.desk.pass_waits()
        self.desk.expire_leases()
        self.desk.execute("update publishing.publish_attempts set started_at = started_at - interval '20 minutes'")
        self.desk.execute("update channels.social_accounts set status = 'active'")
        self.platform.taken = [(post_id, text, at - TWENTY_MINUTES) for post_id, text, at in self.platform.taken]

    @rule(is_listing_complete=st.booleans())
    def look_up(self, is_listing_complete: bool) -> None:
        self.platform.is_listing_complete = is_listing_complete
        self.desk.reconcile({"facebook_graph": self.platform})

    @rule(data=st.data(), what=st.sampled_from(["resolve", "cancel", "retry", "resolve as cancelled"]))
    def a_person_acts(self, data: st.DataObject, what: str) -> None:
        targets = [target for (target,) in self.desk.rows("select target_id from publishing.post_targets order by 1")]
        if not targets:
            return
        target_id = data.draw(st.sampled_from(targets))
        acts = {
            "cancel": target_decisions.cancel,
            "retry": target_decisions.retry,
            "resolve as cancelled": target_decisions.resolve_as_cancelled,
            "resolve": self._resolve_truly,
        }
        with suppress(SyndicationError):  # what cannot be decided of a target in its state
            acts[what](self.desk.url, target_id, "isla")

    def _resolve_truly(self, url: str, target_id: str, actor: str) -> None:
        (text,) = self.desk.rows(
            "select text_content from content.posts_content join publishing.post_targets using (content_id)"
            " where target_id = %s",
            [target_id],
        )[0]
        found = [post_id for post_id, taken, _ in self.platform.taken if taken == text]
        if found:
            target_decisions.resolve_as_published(url, target_id, found[0], actor)
        else:
            target_decisions.resolve_as_not_published(url, target_id, actor)

    @invariant()
    def nothing_is_published_twice(self) -> None:
        if not hasattr(self, "desk"):
            return
        assert max(Counter(self.platform.texts()).values(), default=0) <= 1, self.platform.texts()
        post_of = dict(self.desk.rows("select text_content, post_core_id from content.posts_content"))
        posts = Counter(post_of[text] for text in self.platform.texts())
        assert max(posts.values(), default=0) <= 1, "two versions of a text"
        published = self.desk.rows("select platform_post_id from publishing.post_targets where state = 'published'")
        assert {post_id for (post_id,) in published} <= {post_id for post_id, _, _ in self.platform.taken}

    @invariant()
    def nothing_is_lost(self) -> None:
        """What the platform has is published here, or waits to be looked at, or is in the hands of a publisher."""
        if not hasattr(self, "desk"):
            return
        states = dict(
            self.desk.rows(
                "select text_content, t.state::text from publishing.post_targets t"
                " join content.posts_content using (organization_id, content_id)"
            )
        )
        for _, text, _ in self.platform.taken:
            assert states[text] in {"published", "needs_reconcile", "publishing", "cancelled"}, (text, states)

    def teardown(self) -> None:
        """Every check of severity ERROR passes, but that leases may be overdue until the next run takes them over."""
        today = datetime.now(UTC).date()
        window = (today - timedelta(days=600), today + timedelta(days=2))
        with read_only_transaction(self.desk.url) as connection:
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
            max_examples=20,
            stateful_step_count=12,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            database=None,
        ),
    )


@pytest.mark.parametrize("is_careless", [False, True])
def test_a_publisher_that_trusts_a_dead_ones_silence_is_found_out(
    is_careless: bool, machine_url: str, monkeypatch: pytest.MonkeyPatch
):
    """The negative control: a call whose end nobody saw is taken for one that was not made."""

    def load_careless_sql(path: str) -> str:
        return load_sql(path).replace("else 'needs_reconcile' end", "else 'scheduled' end")

    if is_careless:
        monkeypatch.setattr(publish_module, "load_sql", load_careless_sql)
    QueueMachine.url = machine_url
    machine = QueueMachine()
    machine.open_the_queue()
    machine.publish([("take and crash", False), ("take", True)])
    with pytest.raises(AssertionError) if is_careless else nullcontext():
        machine.nothing_is_published_twice()
