"""`syndication schedule`, `targets` and `publish` from the user's point of view."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from syndication_assets.cli.main import main
from syndication_assets_tests.publishing.fake_platform import FakePlatform, OutcomeKind, lose_the_request, reject_with
from syndication_assets_tests.publishing.publishing_queue import KEYS, PublishingQueue

pytestmark = pytest.mark.one_server


@pytest.fixture(autouse=True)
def environment(shared_database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SYNDICATION_DATABASE_URL", shared_database)
    monkeypatch.setenv("SYNDICATION_LOCAL_DIR", str(tmp_path))
    monkeypatch.setenv("SYNDICATION_SECRET_KEYS", KEYS)


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, list(arguments))


def output_of(*arguments: str) -> str:
    result = run(*arguments)
    assert result.exit_code == 0, result.output
    return result.output


def error_of(*arguments: str) -> str:
    result = run(*arguments)
    assert result.exit_code == 1, result.output
    assert "Traceback" not in result.output
    return result.output


def unresolved_target(queue: PublishingQueue) -> str:
    (target_id,) = queue.due(queue.page(publisher="facebook_graph"))
    platform = FakePlatform()
    platform.responses.append(lose_the_request)
    queue.publish_to(platform)
    return target_id


ADD = ("schedule", "add", "daily", "--account", "page", "--channel", "feed_post", "--time-zone", "Europe/London")


def test_a_schedule_is_added_listed_and_previewed(queue: PublishingQueue):
    queue.page()
    added = output_of(*ADD, "--rule", "FREQ=DAILY;BYHOUR=17", "--starts-on", "2025-11-03")
    assert "syndication schedule preview sch-" in added
    assert "FREQ=DAILY;BYHOUR=17, Europe/London, from 2025-11-03" in output_of("schedule", "list")
    lines = output_of("schedule", "preview", "daily").splitlines()
    assert len(lines) == 30
    assert all(" 17:00 " in line and line.endswith("UTC") for line in lines)
    assert "A schedule called 'daily' already exists" in error_of(*ADD, "--rule", "FREQ=DAILY")


def test_a_schedule_with_jitter_shows_the_jitter_of_each_slot(queue: PublishingQueue):
    queue.page()
    output_of(*ADD, "--rule", "FREQ=DAILY;BYHOUR=17", "--starts-on", "2090-01-01", "--jitter", "20")
    assert "from 2090-01-01, jitter up to 20 minutes" in output_of("schedule", "list")
    lines = output_of("schedule", "preview", "daily").splitlines()
    assert lines == output_of("schedule", "preview", "daily").splitlines()
    delays = [int(line.split(" jitter ")[1].removesuffix(" min")) for line in lines]
    assert [f"17:{delay:02}" for delay in delays] == [line.split()[2] for line in lines]
    assert len(set(delays)) > 5
    assert max(delays) <= 20


def test_a_schedule_without_jitter_shows_none(queue: PublishingQueue):
    queue.page()
    output_of(*ADD, "--rule", "FREQ=DAILY;BYHOUR=17")
    assert "jitter" not in output_of("schedule", "list") + output_of("schedule", "preview", "daily")


@pytest.mark.parametrize("minutes", ["-1", "121", "some"])
def test_an_invalid_jitter_is_rejected(minutes: str, queue: PublishingQueue):
    queue.page()
    result = run(*ADD, "--rule", "FREQ=DAILY", "--jitter", minutes)
    assert result.exit_code == 2
    assert "--jitter" in result.output
    assert output_of("schedule", "list").startswith("There are no schedules: add one with")


def test_the_preview_says_that_a_rule_ends(queue: PublishingQueue):
    queue.page()
    output_of(*ADD, "--rule", "FREQ=DAILY;COUNT=2;BYHOUR=17", "--starts-on", "2090-01-01")
    assert "There are no more slots: the rule ends." in output_of("schedule", "preview", "daily")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((*ADD, "--rule", "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30"), "The schedule never fires"),
        ((*ADD, "--rule", "every day"), "Write an RFC 5545 RRULE such as"),
        ((*ADD[:-1], "Europe/Nowhere", "--rule", "FREQ=DAILY"), "IANA name"),
        ((*ADD, "--account", "nobody", "--rule", "FREQ=DAILY"), "default has 0 accounts called 'nobody'"),
        ((*ADD, "--channel", "hologram", "--rule", "FREQ=DAILY"), "facebook has no channel 'hologram'"),
        (("schedule", "preview", "weekly"), "syndication schedule list"),
        (("targets", "cancel", "tgt-00000000"), "There is no target 'tgt-00000000'"),
    ],
)
def test_the_error_of_a_mistake_says_what_to_do(arguments: tuple[str, ...], message: str, queue: PublishingQueue):
    queue.page()
    assert message in error_of(*arguments)


def test_publish_publishes_due_targets_and_prints_the_outcomes(queue: PublishingQueue):
    assert "Nothing is due." in output_of("publish")
    targets = queue.due(queue.page(), 2)
    assert output_of("publish") == "2 published\n"
    listed = output_of("targets", "list", "--state", "published")
    assert all(f"dry-run_{target_id}" in listed for target_id in targets)
    assert "(simulated)" in listed
    assert output_of("targets", "list", "--state", "failed") == "There is no such target.\n"


def test_the_queue_is_listed_in_pages_and_by_filters(queue: PublishingQueue):
    first, second, third = sorted(queue.due(queue.page(), 3))
    listed = output_of("targets", "list", "--limit", "2")
    assert listed.endswith("1 to 2 of 3 targets: --offset shows further ones.\n")
    everything = json.loads(output_of("targets", "list", "--json"))
    assert {row["target_id"] for row in everything} == {first, second, third}
    assert [row["total"] for row in everything] == [3, 3, 3]
    assert len(json.loads(output_of("targets", "list", "--json", "--offset", "2"))) == 1
    chosen = ("--organization", "default", "--platform", "facebook", "--kind", everything[0]["kind"])
    assert len(json.loads(output_of("targets", "list", "--json", *chosen))) == 3
    for nothing in (("--platform", "mastodon"), ("--until", "2000-01-01"), ("--since", "2999-01-01")):
        assert output_of("targets", "list", *nothing) == "There is no such target.\n"


def test_what_a_filter_chooses_is_cancelled_and_what_was_sent_stays(queue: PublishingQueue):
    queue.due(queue.page(), 3)
    output_of("publish", "--limit", "1")
    assert "Choose what to cancel" in error_of("targets", "clear", "--yes")
    assert output_of("targets", "clear", "--platform", "mastodon", "--yes") == "0 targets are cancelled.\n"
    assert output_of("targets", "clear", "--organization", "default", "--yes") == "2 targets are cancelled.\n"
    assert sorted(queue.states()) == ["cancelled", "cancelled", "published"]


def test_publish_exits_with_1_and_names_the_account_that_it_could_not_serve(
    queue: PublishingQueue, monkeypatch: pytest.MonkeyPatch
):
    queue.due(queue.page(publisher="facebook_graph"))
    monkeypatch.delenv("SYNDICATION_SECRET_KEYS")
    assert "SYNDICATION_SECRET_KEYS" in error_of("publish")
    assert queue.states() == ["scheduled"]


def test_a_person_resolves_a_target_as_published(queue: PublishingQueue):
    target_id = unresolved_target(queue)
    assert "syndication targets resolve" in output_of("targets", "list")
    output_of("targets", "resolve", target_id, "--published", "page_77")
    target, (attempt,) = queue.target(target_id), queue.attempts(target_id)
    assert (target["state"], target["platform_post_id"]) == ("published", "page_77")
    assert attempt["resolved_by"] not in (None, "lookup")
    actor, new = queue.rows(
        "select actor, new_values ->> 'state' from tenancy.audit_log where table_name = 'publishing.post_targets'"
        " order by occurred_at desc limit 1"
    )[0]
    assert (actor, new) == (attempt["resolved_by"], "published")


def test_a_target_resolved_as_not_published_is_sent_again(queue: PublishingQueue):
    target_id = unresolved_target(queue)
    output_of("targets", "resolve", target_id, "--not-published")
    queue.pass_waits()
    queue.publish_to(FakePlatform())
    assert [attempt["outcome"] for attempt in queue.attempts(target_id)] == ["retryable", "published"]


def test_a_person_cancels_an_unresolved_target(queue: PublishingQueue):
    target_id = unresolved_target(queue)
    output_of("targets", "resolve", target_id, "--cancel")
    assert queue.target(target_id)["state"] == "cancelled"
    assert queue.attempts(target_id)[0]["outcome"] == "unknown"


def test_a_target_cancelled_while_unresolved_is_published_when_its_post_is_found(queue: PublishingQueue):
    target_id = unresolved_target(queue)
    output_of("targets", "resolve", target_id, "--cancel")
    assert f"`syndication targets resolve {target_id} --published ID`" in output_of("targets", "list")
    sent_at = queue.attempts(target_id)[0]["started_at"]
    (other,) = queue.due(queue.value("select account_id from channels.social_accounts"))
    assert queue.target(other)["scheduled_at"] == queue.target(target_id)["scheduled_at"], "its slot was released"
    assert (
        output_of("targets", "resolve", target_id, "--published", "page_77") == f"{target_id} is published as page_77\n"
    )
    target, (attempt,) = queue.target(target_id), queue.attempts(target_id)
    assert (target["state"], target["platform_post_id"], target["is_in_doubt"]) == ("published", "page_77", False)
    assert (target["published_at"], target["scheduled_at"], target["error_message"]) == (sent_at, sent_at, None)
    assert (attempt["outcome"], attempt["platform_post_id"]) == ("published", "page_77")
    assert queue.rows(
        "select actor = %s, old_values ->> 'state', new_values ->> 'state' from tenancy.audit_log"
        " where table_name = 'publishing.post_targets' and row_key ->> 'target_id' = %s"
        " order by occurred_at desc limit 1",
        [attempt["resolved_by"], target_id],
    ) == [(True, "cancelled", "published")]
    platform = FakePlatform()
    queue.publish_to(platform)
    assert len(platform.accepted) == 1, "only the other target was sent"
    assert queue.states() == ["published", "published"]


def test_a_target_cancelled_while_unresolved_is_not_sent_again(queue: PublishingQueue):
    target_id = unresolved_target(queue)
    output_of("targets", "resolve", target_id, "--cancel")
    for arguments in (
        ("resolve", target_id, "--not-published"),
        ("resolve", target_id, "--cancel"),
        ("retry", target_id),
    ):
        assert f"{target_id} is cancelled; this command needs a target" in error_of("targets", *arguments)


@pytest.mark.parametrize(
    ("decision", "what_to_do"),
    [
        (None, "run `syndication targets cancel"),
        ("cancel", "delete it."),
    ],
)
def test_only_an_unresolved_target_can_be_resolved_as_published(
    queue: PublishingQueue, decision: str | None, what_to_do: str
):
    (target_id,) = queue.due(queue.page())
    if decision is not None:
        output_of("targets", decision, target_id)
    before = queue.target(target_id)
    error = error_of("targets", "resolve", target_id, "--published", "page_77")
    assert f"{target_id} is {before['state']}, not unresolved. " in error
    assert what_to_do in error
    assert queue.target(target_id) == before
    assert queue.attempts(target_id) == []


def test_resolving_a_published_or_failed_target_explains_its_state(queue: PublishingQueue):
    (published,) = queue.due(queue.page())
    queue.publish()
    assert f"It already has its post: dry-run_{published}." in error_of(
        "targets", "resolve", published, "--published", "page_77"
    )
    (failed,) = queue.due(queue.page("other", publisher="facebook_graph"))
    platform = FakePlatform()
    platform.responses.append(reject_with(OutcomeKind.PERMANENT))
    queue.publish_to(platform)
    assert f"run `syndication targets retry {failed}`" in error_of(
        "targets", "resolve", failed, "--published", "page_77"
    )


@pytest.mark.parametrize("choice", [(), ("--not-published", "--cancel"), ("--published", "x", "--cancel")])
def test_resolving_needs_exactly_one_decision(choice: tuple[str, ...], queue: PublishingQueue):
    assert "Choose exactly one of" in error_of("targets", "resolve", unresolved_target(queue), *choice)


def test_only_unresolved_targets_are_resolved_and_an_id_belongs_to_one_target(queue: PublishingQueue):
    page = queue.page()
    published, scheduled = queue.due(page, 2)
    queue.publish(limit=1)
    for target_id in (published, scheduled):
        assert "needs_reconcile" in error_of("targets", "resolve", target_id, "--not-published")
    doubtful = queue.due(queue.page("other", "facebook_graph"))[0]
    platform = FakePlatform()
    platform.responses.append(lose_the_request)
    queue.publish_to(platform)
    assert "another target has it" in error_of(
        "targets", "resolve", doubtful, "--published", queue.target(published)["platform_post_id"]
    )


def test_a_failed_target_is_retried_at_once_or_cancelled(queue: PublishingQueue):
    first, second = queue.due(queue.page(publisher="facebook_graph"), 2)
    platform = FakePlatform()
    platform.responses.extend([reject_with(OutcomeKind.PERMANENT)] * 2)
    queue.publish_to(platform)
    assert queue.states() == ["failed", "failed"]
    output_of("targets", "retry", first)
    assert queue.target(first)["state"] == "scheduled"
    output_of("targets", "cancel", second)
    assert "is cancelled; this command needs a target that is" in error_of("targets", "retry", second)


def test_a_target_whose_text_is_not_approved_is_not_retried(queue: PublishingQueue):
    (target_id,) = queue.due(queue.page(publisher="facebook_graph"))
    platform = FakePlatform()
    platform.responses.append(reject_with(OutcomeKind.PERMANENT))
    queue.publish_to(platform)
    queue.execute("update content.posts_content set state = 'rejected'")
    assert "is not approved" in error_of("targets", "retry", target_id)


def test_a_published_target_is_not_cancelled(queue: PublishingQueue):
    (target_id,) = queue.due(queue.page())
    queue.publish()
    assert f"{target_id} is published" in error_of("targets", "cancel", target_id)
