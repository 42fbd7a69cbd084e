"""`accounts`: the pages and profiles to publish to."""

from collections.abc import Iterable
from typing import Literal

from pydantic import Field

from syndication_assets.configuration.entry import ACTIVE, DashedName, Entry, Platform, Text
from syndication_assets.configuration.rows import delete, reader, upsert
from syndication_assets.configuration.section import Context, Finding, Section, platform_findings
from syndication_assets.configuration.sections.credentials import credential_findings, credential_id


class Account(Entry):
    """A page or profile that posts are published to."""

    platform: Platform
    remote_id: Text = Field(description="The platform's id of the page or profile, as text.")
    name: Text = Field(description="Display name.")
    publisher: Literal["dry_run", "facebook_graph"] = Field(
        default="dry_run", description="dry_run sends nothing and marks its targets as simulated."
    )
    credential: DashedName | None = Field(
        default=None, description="Name of the credential to publish with; dry_run needs none."
    )
    is_active: bool = ACTIVE


def _check(context: Context, account: Account) -> Iterable[Finding]:
    yield from platform_findings(context, account.platform)
    if account.publisher == "facebook_graph" and account.platform != "facebook":
        yield Finding("publisher", f"facebook_graph publishes to facebook, not to {account.platform}: use dry_run")
    if account.publisher != "dry_run" and account.credential is None:
        yield Finding("publisher", f"{account.publisher} needs a credential: name one with `credential`")
    yield from credential_findings(context, account.credential, platform=account.platform)


def _write(context: Context, account: Account) -> None:
    key = {
        "organization_id": context.organization_id,
        "platform": account.platform,
        "remote_account_id": account.remote_id,
    }
    values = {
        **key,
        "display_name": account.name,
        "publisher": account.publisher,
        "credential_id": credential_id(context, account.credential),
    }
    upsert(context.connection, "channels.social_accounts", key, values)
    # A disconnected account counts as active here: only `syndication account reconnect` makes it publish again.
    context.connection.execute(
        "update channels.social_accounts set status = %(status)s, status_reason = null"
        " where organization_id = %(organization_id)s and platform = %(platform)s"
        " and remote_account_id = %(remote_account_id)s and (status = 'paused') = %(is_active)s",
        {**key, "status": "active" if account.is_active else "paused", "is_active": account.is_active},
    )


def _remove(context: Context, account: Account) -> None:
    key = {
        "organization_id": context.organization_id,
        "platform": account.platform,
        "remote_account_id": account.remote_id,
    }
    delete(context.connection, "channels.social_accounts", key)


ACCOUNTS = Section(
    name="accounts",
    noun="account",
    paused="nothing is published on it",
    removed="Its posts stay.",
    entry=Account,
    permission="accounts.edit",
    key=("platform", "remote_id"),
    read=reader(
        Account,
        "select a.platform, a.remote_account_id as remote_id, a.display_name as name, a.publisher,"
        " c.credential_name as credential, a.status <> 'paused' as is_active from channels.social_accounts as a"
        " left join channels.credentials as c"
        "     on a.organization_id = c.organization_id and a.credential_id = c.credential_id"
        " where a.organization_id = %(organization_id)s order by a.platform, a.remote_account_id",
    ),
    write=_write,
    remove=_remove,
    check=_check,
    in_use="it has schedules or posts in the queue",
)
