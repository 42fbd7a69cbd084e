"""`syndication schedule`, `targets` and `publish`, as a person uses them."""

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from syndication_assets.cli.main import main
from syndication_assets_tests.publishing.fake_platform import FakePlatform, OutcomeKind, lose_the_question, refuse
from syndication_assets_tests.publishing.queue_desk import KEYS, QueueDesk


@pytest.fixture(autouse=True)
def environment(shared_database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SYNDICATION_DATABASE_URL", shared_database)
    monkeypatch.setenv("SYNDICATION_LOCAL_DIR", str(tmp_path))
    monkeypatch.setenv("SYNDICATION_SECRET_KEYS", KEYS)


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, list(arguments))


def said(*arguments: str) -> str:
    result = run(*arguments)
    assert result.exit_code == 0, result.output
    return result.output


def refused(*arguments: str) -> str:
    result = run(*arguments)
    assert result.exit_code == 1, result.output
    assert "Traceback" not in result.output
    return result.output


def in_doubt(desk: QueueDesk) -> str:
    (target_id,) = desk.due(desk.page(publisher="facebook_graph"))
    platform = FakePlatform()
    platform.answers.append(lose_the_question)
    desk.publish({"facebook_graph": platform})
    return target_id


ADD = ("schedule", "add", "daily", "--account", "page", "--channel", "feed_post", "--time-zone", "Europe/London")


def test_a_schedule_is_added_listed_and_previewed(desk: QueueDesk):
    desk.page()
    added = said(*ADD, "--rule", "FREQ=DAILY;BYHOUR=17", "--starts-on", "2025-11-03")
    assert "syndication schedule preview sch-" in added
    assert "FREQ=DAILY;BYHOUR=17, Europe/London, from 2025-11-03" in said("schedule", "list")
    lines = said("schedule", "preview", "daily").splitlines()
    assert len(lines) == 30
    assert all(" 17:00 " in line and line.endswith("UTC") for line in lines)
    assert "There is a schedule 'daily' already" in refused(*ADD, "--rule", "FREQ=DAILY")


def test_a_schedule_with_a_stagger_shows_by_how_much_each_post_is_put_off(desk: QueueDesk):
    desk.page()
    said(*ADD, "--rule", "FREQ=DAILY;BYHOUR=17", "--starts-on", "2090-01-01", "--stagger", "20")
    assert "from 2090-01-01, put off by up to 20 minutes" in said("schedule", "list")
    lines = said("schedule", "preview", "daily").splitlines()
    assert lines == said("schedule", "preview", "daily").splitlines()
    delays = [int(line.split(" put off by ")[1].removesuffix(" min")) for line in lines]
    assert [f"17:{delay:02}" for delay in delays] == [line.split()[2] for line in lines]
    assert len(set(delays)) > 5
    assert max(delays) <= 20


def test_a_schedule_without_a_stagger_says_nothing_of_one(desk: QueueDesk):
    desk.page()
    said(*ADD, "--rule", "FREQ=DAILY;BYHOUR=17")
    assert "put off" not in said("schedule", "list") + said("schedule", "preview", "daily")


@pytest.mark.parametrize("minutes", ["-1", "121", "some"])
def test_a_stagger_that_is_none_is_refused(minutes: str, desk: QueueDesk):
    desk.page()
    result = run(*ADD, "--rule", "FREQ=DAILY", "--stagger", minutes)
    assert result.exit_code == 2
    assert "--stagger" in result.output
    assert said("schedule", "list") == ""


def test_the_preview_of_a_rule_that_ends_says_so(desk: QueueDesk):
    desk.page()
    said(*ADD, "--rule", "FREQ=DAILY;COUNT=2;BYHOUR=17", "--starts-on", "2090-01-01")
    assert "There are no more: the rule ends." in said("schedule", "preview", "daily")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((*ADD, "--rule", "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30"), "The schedule never fires"),
        ((*ADD, "--rule", "every day"), "Write an RRULE of RFC 5545 such as"),
        ((*ADD[:-1], "Europe/Nowhere", "--rule", "FREQ=DAILY"), "IANA name"),
        ((*ADD, "--account", "nobody", "--rule", "FREQ=DAILY"), "default has 0 accounts that are called 'nobody'"),
        ((*ADD, "--channel", "hologram", "--rule", "FREQ=DAILY"), "facebook has no channel 'hologram'"),
        (("schedule", "preview", "weekly"), "syndication schedule list"),
        (("targets", "cancel", "tgt-00000000"), "There is no target 'tgt-00000000'"),
    ],
)
def test_a_mistake_is_told_with_what_to_do(arguments: tuple[str, ...], message: str, desk: QueueDesk):
    desk.page()
    assert message in refused(*arguments)


def test_publish_publishes_what_is_due_and_says_what_came_of_it(desk: QueueDesk):
    assert "Nothing is due." in said("publish")
    targets = desk.due(desk.page(), 2)
    assert said("publish") == "2 published\n"
    listed = said("targets", "list", "--state", "published")
    assert all(f"dry-run_{target_id}" in listed for target_id in targets)
    assert "(simulated)" in listed
    assert said("targets", "list", "--state", "failed") == ""


def test_publish_ends_with_1_and_names_the_account_that_it_could_not_serve(
    desk: QueueDesk, monkeypatch: pytest.MonkeyPatch
):
    desk.due(desk.page(publisher="facebook_graph"))
    monkeypatch.delenv("SYNDICATION_SECRET_KEYS")
    monkeypatch.setenv("SYNDICATION_PUBLISH_MAXIMUM_DELAY_HOURS", "1000000")
    assert "SYNDICATION_SECRET_KEYS" in refused("publish")
    assert desk.states() == ["scheduled"]


def test_a_person_says_that_it_is_published(desk: QueueDesk):
    target_id = in_doubt(desk)
    assert "syndication targets resolve" in said("targets", "list")
    said("targets", "resolve", target_id, "--published", "page_77")
    target, (attempt,) = desk.target(target_id), desk.attempts(target_id)
    assert (target["state"], target["platform_post_id"]) == ("published", "page_77")
    assert attempt["resolved_by"] not in (None, "lookup")
    actor, new = desk.rows(
        "select actor, new_values ->> 'state' from tenancy.audit_log where table_name = 'publishing.post_targets'"
        " order by occurred_at desc limit 1"
    )[0]
    assert (actor, new) == (attempt["resolved_by"], "published")


def test_a_person_says_that_it_is_not_published_and_it_is_sent_again(desk: QueueDesk):
    target_id = in_doubt(desk)
    said("targets", "resolve", target_id, "--not-published")
    desk.pass_waits()
    desk.publish({"facebook_graph": FakePlatform()})
    assert [attempt["outcome"] for attempt in desk.attempts(target_id)] == ["retryable", "published"]


def test_a_person_lets_it_be(desk: QueueDesk):
    target_id = in_doubt(desk)
    said("targets", "resolve", target_id, "--cancel")
    assert desk.target(target_id)["state"] == "cancelled"
    assert desk.attempts(target_id)[0]["outcome"] == "unknown"


def test_what_was_cancelled_in_doubt_is_published_when_its_post_is_found(desk: QueueDesk):
    target_id = in_doubt(desk)
    said("targets", "resolve", target_id, "--cancel")
    assert f"`syndication targets resolve {target_id} --published ID`" in said("targets", "list")
    sent_at = desk.attempts(target_id)[0]["started_at"]
    (other,) = desk.due(desk.value("select account_id from channels.social_accounts"))
    assert desk.target(other)["scheduled_at"] == desk.target(target_id)["scheduled_at"], "its slot was free"
    assert said("targets", "resolve", target_id, "--published", "page_77") == f"{target_id} is published as page_77\n"
    target, (attempt,) = desk.target(target_id), desk.attempts(target_id)
    assert (target["state"], target["platform_post_id"], target["is_in_doubt"]) == ("published", "page_77", False)
    assert (target["published_at"], target["scheduled_at"], target["error_message"]) == (sent_at, sent_at, None)
    assert (attempt["outcome"], attempt["platform_post_id"]) == ("published", "page_77")
    assert desk.rows(
        "select actor = %s, old_values ->> 'state', new_values ->> 'state' from tenancy.audit_log"
        " where table_name = 'publishing.post_targets' and row_key ->> 'target_id' = %s"
        " order by occurred_at desc limit 1",
        [attempt["resolved_by"], target_id],
    ) == [(True, "cancelled", "published")]
    platform = FakePlatform()
    desk.publish({"facebook_graph": platform})
    assert len(platform.taken) == 1, "the other one alone was sent"
    assert desk.states() == ["published", "published"]


def test_what_was_cancelled_in_doubt_is_not_sent_again(desk: QueueDesk):
    target_id = in_doubt(desk)
    said("targets", "resolve", target_id, "--cancel")
    for arguments in (
        ("resolve", target_id, "--not-published"),
        ("resolve", target_id, "--cancel"),
        ("retry", target_id),
    ):
        assert f"{target_id} is cancelled; only a target" in refused("targets", *arguments)


@pytest.mark.parametrize(
    ("decision", "what_to_do"),
    [
        (None, "say `syndication targets cancel"),
        ("cancel", "delete it."),
    ],
)
def test_what_is_not_in_doubt_is_not_called_published(desk: QueueDesk, decision: str | None, what_to_do: str):
    (target_id,) = desk.due(desk.page())
    if decision is not None:
        said("targets", decision, target_id)
    before = desk.target(target_id)
    refusal = refused("targets", "resolve", target_id, "--published", "page_77")
    assert f"{target_id} is {before['state']}, and that is not in doubt. " in refusal
    assert what_to_do in refusal
    assert desk.target(target_id) == before
    assert desk.attempts(target_id) == []


def test_what_is_published_or_refused_says_so_when_it_is_called_published(desk: QueueDesk):
    (published,) = desk.due(desk.page())
    desk.publish()
    assert f"It has its post already: dry-run_{published}." in refused(
        "targets", "resolve", published, "--published", "page_77"
    )
    (failed,) = desk.due(desk.page("other", publisher="facebook_graph"))
    platform = FakePlatform()
    platform.answers.append(refuse(OutcomeKind.PERMANENT))
    desk.publish({"facebook_graph": platform})
    assert f"say `syndication targets retry {failed}`" in refused(
        "targets", "resolve", failed, "--published", "page_77"
    )


@pytest.mark.parametrize("choice", [(), ("--not-published", "--cancel"), ("--published", "x", "--cancel")])
def test_one_thing_is_said_of_a_target(choice: tuple[str, ...], desk: QueueDesk):
    assert "Say one of" in refused("targets", "resolve", in_doubt(desk), *choice)


def test_only_what_is_in_doubt_is_resolved_and_an_id_belongs_to_one_target(desk: QueueDesk):
    page = desk.page()
    published, scheduled = desk.due(page, 2)
    desk.publish(limit=1)
    for target_id in (published, scheduled):
        assert "needs_reconcile" in refused("targets", "resolve", target_id, "--not-published")
    doubtful = desk.due(desk.page("other", "facebook_graph"))[0]
    platform = FakePlatform()
    platform.answers.append(lose_the_question)
    desk.publish({"facebook_graph": platform})
    assert "another target's" in refused(
        "targets", "resolve", doubtful, "--published", desk.target(published)["platform_post_id"]
    )


def test_a_failed_target_is_retried_at_once_or_cancelled(desk: QueueDesk):
    first, second = desk.due(desk.page(publisher="facebook_graph"), 2)
    platform = FakePlatform()
    platform.answers.extend([refuse(OutcomeKind.PERMANENT)] * 2)
    desk.publish({"facebook_graph": platform})
    assert desk.states() == ["failed", "failed"]
    said("targets", "retry", first)
    assert desk.target(first)["state"] == "scheduled"
    said("targets", "cancel", second)
    assert "is cancelled; only a target that is" in refused("targets", "retry", second)


def test_a_text_that_is_not_approved_is_not_retried(desk: QueueDesk):
    (target_id,) = desk.due(desk.page(publisher="facebook_graph"))
    platform = FakePlatform()
    platform.answers.append(refuse(OutcomeKind.PERMANENT))
    desk.publish({"facebook_graph": platform})
    desk.execute("update content.posts_content set state = 'rejected'")
    assert "is not approved" in refused("targets", "retry", target_id)


def test_what_is_published_is_not_cancelled(desk: QueueDesk):
    (target_id,) = desk.due(desk.page())
    desk.publish()
    assert f"{target_id} is published" in refused("targets", "cancel", target_id)
