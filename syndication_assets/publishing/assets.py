"""The assets of the publishing room: processes, the queue of targets, and publishing what is due."""

from collections import Counter
from datetime import UTC, datetime

import dagster as dg

from syndication_assets.channels.accounts.account_health import AccountState
from syndication_assets.channels.errors.outcome import OutcomeKind
from syndication_assets.database.connection import load_sql, transaction
from syndication_assets.database.postgres_resource import PostgresResource
from syndication_assets.errors import SyndicationError
from syndication_assets.media.media_store import MediaStore
from syndication_assets.operations.executions.asset_executions import executing_asset, origin_of
from syndication_assets.publishing.account_checks import check_accounts
from syndication_assets.publishing.credential_renewal import renew_credentials
from syndication_assets.publishing.planning.targets import plan_targets
from syndication_assets.publishing.publishers import open_publishers
from syndication_assets.publishing.sending.publish import publish_due
from syndication_assets.publishing.sending.reconcile import reconcile
from syndication_assets.publishing.sending.stored_pictures import StoredPictures
from syndication_assets.settings import Settings
from syndication_assets.sql_assets.cadence import CHECK_ACCOUNTS, PUBLISH, QUEUE, REFERENCE
from syndication_assets.sql_assets.descriptions import OWNERS, description_of
from syndication_assets.sql_assets.partitions import daily_partitions
from syndication_assets.sql_assets.table_metadata import table_metadata
from syndication_assets.sql_assets.table_specs import external_table
from syndication_assets.sql_assets.windows import window_of
from syndication_assets.text.markdown import markdown_table

SERVED_CHECK = "every_account_was_served"
CONNECTED_CHECK = "every_account_is_connected"

publishing_schedules = external_table(
    "publishing",
    "publishing_schedules",
    (
        "One row is one recurring slot of one account and channel: an RRULE in the local time of a zone. "
        "User-maintained: `syndication schedule add` adds a row, `syndication schedule preview` shows its next slots "
        "with their jitter."
    ),
)


@dg.asset(
    key=["publishing", "content_processes"],
    group_name="publishing",
    description=description_of("publishing/content_processes/merge.sql"),
    deps=[dg.AssetKey(["channels", "platform_channels"])],
    kinds={"postgres", "sql"},
    owners=OWNERS,
    tags=REFERENCE,
    metadata={"dagster/table_name": "publishing.content_processes"},
)
def content_processes(context: dg.AssetExecutionContext, postgres: PostgresResource) -> dg.MaterializeResult[None]:
    with transaction(postgres.url(), lock="publishing.content_processes") as connection:
        rows_before, rows_written = connection.execute(load_sql("publishing/content_processes/merge.sql")).fetchall()[0]
        metadata = table_metadata(connection, "publishing", "content_processes")
    context.log.info(f"content_processes: {rows_written:,} new")
    return dg.MaterializeResult(
        metadata={**metadata, "dagster/row_count": rows_before + rows_written, "rows_written": rows_written}
    )


@dg.asset(
    key=["publishing", "post_targets"],
    group_name="publishing",
    deps=[
        dg.AssetKey(["content", "posts_content"]),
        dg.AssetKey(["content", "approvals"]),
        dg.AssetKey(["publishing", "publishing_schedules"]),
    ],
    partitions_def=daily_partitions,
    backfill_policy=dg.BackfillPolicy.single_run(),
    kinds={"postgres"},
    owners=OWNERS,
    tags=QUEUE,
    metadata={"dagster/table_name": "publishing.post_targets"},
)
def post_targets(context: dg.AssetExecutionContext, postgres: PostgresResource) -> dg.MaterializeResult[None]:
    """The publishing queue: when each approved text is published, and on which account.

    One row is one text for one account and channel; two pages are two rows, two variations have two slots.

    A re-run assigns slots to the texts of the days that have none: the first free slot within 30 days of the day,
    one post per slot, plus the schedule's jitter. Existing slots are kept and gaps are filled. A target whose text lost
    its approval goes back to draft and releases its slot. Planning a range gives the same slots as planning its days in
    order. On a real account no text gets a slot before its approval; a simulation may run in the past.

    Numbers: from the texts that are approved in their current wording and the active schedules of their channel.
    """
    first_day, end_day = window_of(context)
    with executing_asset(context, postgres.url(), "planning") as execution:
        without_pictures = StoredPictures(MediaStore.of(Settings.from_environment())).without_address()
        plan = plan_targets(postgres.url(), first_day, end_day, without_pictures)
        execution.tally = plan.tally
    context.log.info(
        f"post_targets: {plan.texts:,} texts without a slot, {plan.targets_written:,} targets written, "
        f"{plan.without_a_slot:,} without a free slot, {plan.refused:,} whose picture the network cannot get, "
        f"{plan.withdrawn:,} back to draft"
    )
    for schedule_id, reason in plan.broken_schedules.items():
        context.log.warning(f"Schedule {schedule_id} has no slots. {reason}")
    with transaction(postgres.url()) as connection:
        metadata = table_metadata(connection, "publishing", "post_targets")
    return dg.MaterializeResult(
        metadata={
            **metadata,
            "texts_without_a_target": plan.texts,
            "targets_written": plan.targets_written,
            "without_a_slot": plan.without_a_slot,
            "picture_refused": plan.refused,
            "back_to_draft": plan.withdrawn,
            "broken_schedules": len(plan.broken_schedules),
            **execution.metadata,
        }
    )


@dg.asset(
    key=["publishing", "publish_due_targets"],
    group_name="publishing",
    deps=[dg.AssetKey(["publishing", "post_targets"])],
    kinds={"postgres"},
    owners=OWNERS,
    tags=PUBLISH,
    pool="publishing",
    check_specs=[
        dg.AssetCheckSpec(
            SERVED_CHECK,
            asset=["publishing", "publish_due_targets"],
            description="Every account with a due post could be published to: none lacks its publisher or credential.",
        )
    ],
)
def publish_due_targets(context: dg.AssetExecutionContext, postgres: PostgresResource) -> dg.MaterializeResult:  # type: ignore[type-arg] # Dagster knows the bare class
    """Publishes due targets and looks up unresolved ones on their platforms.

    One call is one row of `publishing.publish_attempts`, written before the call is made; one channel and
    kind of post is one row of `operations.execution_history` per run.

    A re-run publishes what has become due since. No post is published twice: if a call has no known outcome, its
    target is `needs_reconcile` until the lookup finds the post or a person decides (`syndication targets resolve`).

    Numbers: the calls of this run by outcome. Accounts with the publisher `dry_run` send nothing; their targets are
    marked as simulated.
    """
    settings = _settings()
    url = postgres.url()
    with open_publishers(settings) as publishers:
        reconciled = reconcile(url, settings, publishers, dagster_run_id=context.run.run_id, log=context.log)
        report = publish_due(url, settings, datetime.now(UTC), publishers, origin=origin_of(context), log=context.log)
    problems = reconciled.problems + report.problems
    for reason in report.waiting.values():
        context.log.info(reason)
    context.log.info(
        f"publish_due_targets: {report.calls:,} calls, {report.outcomes[OutcomeKind.PUBLISHED]:,} published"
    )
    outcomes = [(kind.value, count) for kind, count in sorted(report.outcomes.items())]
    return dg.MaterializeResult(
        metadata={
            "calls": report.calls,
            **{kind.value: report.outcomes[kind] for kind in OutcomeKind},
            "back_to_draft": report.withdrawn,
            "contradicted_by_the_catalogue": report.contradicted,
            "slots_missed": report.missed,
            "waiting_for_room": len(report.waiting),
            "leases_recovered": sum(report.recovered.values()),
            "reconciled": sum(count for state, count in reconciled.states.items() if state != "needs_reconcile"),
            **(report.api_calls.metadata() if report.api_calls.calls else {}),
            "outcomes": dg.MetadataValue.md(markdown_table(["outcome", "calls"], outcomes)),
            **report.execution_metadata,
        },
        check_results=[
            dg.AssetCheckResult(
                check_name=SERVED_CHECK,
                passed=not problems,
                description="\n".join(problems) or "Every account was served.",
            )
        ],
    )


@dg.asset(
    key=["publishing", "account_checks"],
    group_name="publishing",
    deps=[dg.AssetKey(["channels", "social_accounts"]), dg.AssetKey(["channels", "credentials"])],
    kinds={"postgres"},
    owners=OWNERS,
    tags=CHECK_ACCOUNTS,
    pool="publishing",
    check_specs=[
        dg.AssetCheckSpec(
            CONNECTED_CHECK,
            asset=["publishing", "account_checks"],
            description="Every account that sends is connected, and its credential does not expire soon.",
        )
    ],
)
def account_checks(context: dg.AssetExecutionContext, postgres: PostgresResource) -> dg.MaterializeResult:  # type: ignore[type-arg] # Dagster knows the bare class
    """Asks the platforms whether they accept the credentials of our accounts, and renews credentials that can be.

    One account is one row of `channels.account_health`: connected, expired, revoked or error, since when and why. The
    limits that a server sets itself go to `channels.account_limits`, and texts are written within them.

    A re-run asks again. A rejected credential disconnects its account, as it would when a post is sent.

    Numbers: the accounts by what was found. Accounts with the publisher `dry_run` are not asked about.
    """
    settings = _settings()
    with open_publishers(settings) as publishers:
        renewal = renew_credentials(postgres.url(), settings, publishers, log=context.log)
        checked = check_accounts(
            postgres.url(), settings, publishers, dagster_run_id=context.run.run_id, log=context.log
        )
    states = Counter(account.health.state for account in checked)
    lines = renewal.problems + [account.sentence for account in checked if account.needs_attention]
    return dg.MaterializeResult(
        metadata={
            "accounts": len(checked),
            "credentials_renewed": renewal.renewed,
            **{state.value: states[state] for state in AccountState},
        },
        check_results=[
            dg.AssetCheckResult(
                check_name=CONNECTED_CHECK,
                passed=not lines,
                severity=dg.AssetCheckSeverity.WARN,
                description="\n".join(lines) or f"{len(checked)} accounts are connected.",
            )
        ],
    )


def _settings() -> Settings:
    try:
        return Settings.from_environment()
    except SyndicationError as error:
        raise dg.Failure(str(error), allow_retries=False) from None
