"""The checks of the publishing room: they pass on a published queue, and each fails on its own damage."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import pytest

from syndication_assets.database.connection import load_sql, transaction
from syndication_assets.publishing.checks import CHECKS
from syndication_assets.sql_assets.checks import read_only_transaction
from syndication_assets_tests.conftest import new_database
from syndication_assets_tests.publishing.publishing_queue import DAY, PublishingQueue
from syndication_assets_tests.sample_database import broken_checks, check_files, damaged, names_of
from syndication_assets_tests.servers import Server
from syndication_assets_tests.today import today

pytestmark = pytest.mark.both_servers

FIRST = "(select target_id from publishing.post_targets order by scheduled_at, target_id limit 1)"
REPEATED_POST = (
    "insert into publishing.post_targets (organization_id, content_id, content_hash, account_id, platform,"
    " channel_type, state, scheduled_at, is_simulated, published_at, platform_post_id) select organization_id,"
    " {content}, content_hash, account_id, platform, channel_type, 'published', {slot}, true, now(), 'dry-run_again'"
    f" from publishing.post_targets where target_id = {FIRST};"
    "insert into publishing.publish_attempts (organization_id, target_id, attempt_number, publisher, finished_at,"
    " outcome, platform_post_id) select organization_id, target_id, 1, 'dry_run', now(), 'published', 'dry-run_again'"
    " from publishing.post_targets where platform_post_id = 'dry-run_again'"
)


@dataclass(frozen=True)
class Damage:
    """SQL that violates the check, and the other checks that it inevitably violates too."""

    check: str
    statement: str
    also: frozenset[str] = frozenset()


DAMAGES = [
    Damage(
        "publishing_schedules__account_is_of_the_platform",
        "update channels.social_accounts set platform = 'elsewhere'",
    ),
    Damage(
        "publishing_schedules__publisher_makes_the_channel",
        "insert into channels.publisher_channels (publisher, channel_type) values ('dry_run', 'story_post')",
        frozenset(),
    ),
    Damage("content_processes__every_scheduled_channel_has_its_processes", "delete from publishing.content_processes"),
    Damage(
        "post_targets__published_targets_have_their_attempt",
        f"delete from publishing.publish_attempts where target_id = {FIRST}",
    ),
    Damage(
        "post_targets__published_targets_have_their_attempt",
        f"update publishing.publish_attempts set platform_post_id = 'other' where target_id = {FIRST}",
        frozenset({"post_targets__published_attempts_have_their_target"}),
    ),
    Damage(
        "post_targets__published_attempts_have_their_target",
        "insert into publishing.publish_attempts (organization_id, target_id, attempt_number, publisher, finished_at,"
        " outcome, platform_post_id) select organization_id, target_id, 2, 'dry_run', now(), 'published', 'twice'"
        f" from publishing.post_targets where target_id = {FIRST}",
    ),
    Damage(
        "post_targets__nothing_is_published_twice",
        "alter table publishing.post_targets drop constraint post_targets_organization_id_idempotency_key_key;"
        "drop index publishing.post_targets_slot, publishing.post_targets_one_version;"
        "insert into content.posts_content (organization_id, content_id, post_core_id, text_content, generator,"
        " content_hash) select organization_id, 'cnt-12345678', 'pco-12345678', 'again', 'template', ''"
        f" from publishing.post_targets where target_id = {FIRST};"
        + REPEATED_POST.format(content="'cnt-12345678'", slot="scheduled_at"),
        frozenset({"post_targets__published_texts_were_approved"}),
    ),
    Damage(
        "post_targets__nothing_is_published_twice",
        "drop index publishing.post_targets_one_version; alter table publishing.post_targets drop constraint"
        " post_targets_organization_id_content_id_account_id_channel__key;"
        + REPEATED_POST.format(content="content_id", slot="scheduled_at + interval '1 minute'"),
    ),
    # The same words in another post on another day.
    Damage(
        "post_targets__nothing_is_published_twice",
        "insert into content.posts_core"
        " (organization_id, post_core_id, post_kind, product_id, platform, channel_type, planned_on)"
        " select organization_id, 'pco-12345678', 'product', product_id, 'facebook', 'feed_post', '2025-11-20'"
        " from catalogue.products;"
        "insert into content.posts_content (organization_id, content_id, post_core_id, text_content, generator,"
        " content_hash) select organization_id, 'cnt-12345678', 'pco-12345678', 'again', 'template', ''"
        f" from publishing.post_targets where target_id = {FIRST};"
        + REPEATED_POST.format(content="'cnt-12345678'", slot="scheduled_at + interval '17 days'"),
        frozenset({"post_targets__published_texts_were_approved"}),
    ),
    Damage(
        "post_targets__published_texts_were_approved",
        "update content.approvals set content_hash = 'other words'",
    ),
    Damage(
        "post_targets__published_texts_were_approved",
        "update content.approvals set decision = 'rejected', reason = 'no'",
    ),
    Damage(
        "post_targets__simulated_posts_have_no_measured_numbers",
        "select operations.ensure_month_partitions('scraping.snapshots', current_date, current_date);"
        "insert into scraping.post_records (organization_id, post_id, platform, urn, urn_kind, first_seen_at,"
        " last_seen_at) select organization_id, 'p-12345678', platform, platform_post_id, 'post', now(), now()"
        f" from publishing.post_targets where target_id = {FIRST};"
        "insert into scraping.snapshots (organization_id, post_id, run_id, downloaded_at, observed_at_source,"
        " landed_file_id, reactions) select organization_id, post_id, 'run-00000000', now(), 'noon', 'fil-00000000', 1"
        " from scraping.posts where post_id = 'p-12345678'",
    ),
    Damage(
        "post_targets__leases_are_not_overdue",
        "update publishing.post_targets set state = 'publishing', leased_by = 'dead', leased_until = now() -"
        " interval '11 minutes', published_at = null, platform_post_id = null where target_id = " + FIRST,
        frozenset({"post_targets__published_attempts_have_their_target"}),
    ),
    Damage(
        "post_targets__none_needs_to_be_reconciled",
        "update publishing.post_targets set state = 'needs_reconcile', error_message = 'why', published_at = null"
        f" where target_id = {FIRST}",
        frozenset({"post_targets__published_attempts_have_their_target"}),
    ),
    Damage(
        "post_targets__none_waits_for_a_person",
        "update publishing.post_targets set state = 'failed', error_message = 'why', published_at = null"
        f" where target_id = {FIRST}",
        frozenset({"post_targets__published_attempts_have_their_target"}),
    ),
    Damage(
        "post_targets__none_waits_for_a_person",
        "update publishing.post_targets set state = 'draft', error_message = 'out of date', published_at = null"
        f" where target_id = {FIRST}",
        frozenset(
            {"post_targets__published_attempts_have_their_target", "post_targets__every_approved_text_has_its_targets"}
        ),
    ),
    Damage(
        "post_targets__every_approved_text_has_its_targets",
        "insert into channels.social_accounts (organization_id, account_id, platform, remote_account_id, display_name)"
        " select organization_id, 'acc-12345678', 'facebook', 'third', 'Third' from tenancy.organizations"
        " where slug = 'default';"
        "insert into publishing.publishing_schedules (organization_id, schedule_name, platform, channel_type,"
        " account_id, recurrence_rule, time_zone, starts_on) select organization_id, 'third', 'facebook', 'feed_post',"
        " 'acc-12345678', 'FREQ=DAILY', 'UTC', '2025-01-01' from tenancy.organizations where slug = 'default'",
    ),
    Damage(
        "post_targets__every_approved_text_has_its_targets",
        "delete from publishing.publish_attempts; delete from publishing.post_targets where content_id ="
        f" (select content_id from publishing.post_targets where target_id = {FIRST})",
        frozenset({"post_targets__published_targets_have_their_attempt"}),
    ),
]


def window() -> tuple[date, date]:
    """From the first day of the tests to what is published now."""
    return DAY, today() + timedelta(days=2)


@pytest.fixture(scope="module")
def url(server: Server, template_database: str) -> Iterator[str]:
    """Three posts, published by a dry run on two pages."""
    with new_database(server, template_database) as made:
        queue = PublishingQueue(made)
        for name in ("first", "second"):
            queue.schedule(queue.page(name))
        for day in (DAY, DAY, date(2025, 11, 4)):
            queue.approved(day)
        with transaction(made) as connection:
            connection.execute(load_sql("publishing/content_processes/merge.sql"))
        queue.plan(DAY, date(2025, 11, 5))
        assert queue.publish(now=datetime(2025, 12, 1, tzinfo=UTC)).calls == 6
        yield made


def test_every_check_passes_on_a_published_queue(url: str):
    with read_only_transaction(url) as connection:
        assert broken_checks(connection, "publishing", CHECKS, window()) == {}


@pytest.mark.parametrize("damage", DAMAGES, ids=[damage.check for damage in DAMAGES])
def test_each_damage_fails_its_own_check_only(damage: Damage, url: str):
    with damaged(url, damage.statement) as connection:
        assert broken_checks(connection, "publishing", CHECKS, window()).keys() == {damage.check, *damage.also}


def test_the_same_words_may_be_repeated_after_the_days_of_the_rule(url: str):
    statement = next(damage.statement for damage in DAMAGES if "'2025-11-20'" in damage.statement)
    with damaged(url, statement.replace("'2025-11-20'", "'2026-02-01'")) as connection:
        assert "post_targets__nothing_is_published_twice" not in broken_checks(
            connection, "publishing", CHECKS, window()
        )


def test_every_check_has_a_damage_and_every_file_is_a_check():
    names = names_of(CHECKS)
    assert {damage.check for damage in DAMAGES} == names
    assert check_files("publishing") == names


def test_a_sample_organization_may_have_numbers_for_simulated_posts(url: str):
    statement = next(damage.statement for damage in DAMAGES if "simulated" in damage.check)
    sample = "update tenancy.organizations set settings = '{\"is_sample\": true}';"
    with damaged(url, sample + statement) as connection:
        assert broken_checks(connection, "publishing", CHECKS, window()) == {}


def test_the_check_of_unresolved_targets_names_the_command(url: str):
    statement = next(damage.statement for damage in DAMAGES if "reconciled" in damage.check)
    with damaged(url, statement) as connection:
        offenders = broken_checks(connection, "publishing", CHECKS, window())[
            "post_targets__none_needs_to_be_reconciled"
        ]
    assert "syndication targets resolve tgt-" in str(offenders.rows[0])
