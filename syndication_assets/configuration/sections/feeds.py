"""`feeds`: the RSS and Atom feeds that are fetched."""

from collections.abc import Iterable

from pydantic import Field

from syndication_assets.configuration.entry import ACTIVE, DashedName, Entry, Text
from syndication_assets.configuration.file.suspected_secrets import PLACEHOLDER
from syndication_assets.configuration.rows import delete, reader, upsert
from syndication_assets.configuration.section import Context, Finding, Section
from syndication_assets.configuration.sections.credentials import credential_findings, credential_id
from syndication_assets.documents.feeds.feed_rows import why_no_feed


class Feed(Entry):
    """A feed of a blog."""

    name: DashedName = Field(description="Name in commands, such as blog.")
    url: Text = Field(
        description=f"URL over https. A token in it is a stored credential: write {PLACEHOLDER} in its place."
    )
    credential: DashedName | None = Field(
        default=None, description=f"Name of the credential whose secret replaces {PLACEHOLDER} in the URL."
    )
    is_active: bool = ACTIVE


def _check(context: Context, feed: Feed) -> Iterable[Finding]:
    reason = why_no_feed(feed.url, has_credential=feed.credential is not None)
    if reason is not None:
        yield Finding("url", reason)
    yield from credential_findings(context, feed.credential, platform=None)


def _write(context: Context, feed: Feed) -> None:
    values = {
        "organization_id": context.organization_id,
        "feed_name": feed.name,
        "url": feed.url,
        "credential_id": credential_id(context, feed.credential),
        "is_active": feed.is_active,
    }
    upsert(context.connection, "documents.feeds", ("organization_id", "feed_name"), values)


def _remove(context: Context, feed: Feed) -> None:
    key = {"organization_id": context.organization_id, "feed_name": feed.name}
    delete(context.connection, "documents.feeds", key)


FEEDS = Section(
    name="feeds",
    noun="feed",
    paused="it is not fetched; landed files are still loaded",
    removed="The documents that were loaded from it stay.",
    entry=Feed,
    permission="feeds.edit",
    key=("name",),
    read=reader(
        Feed,
        "select f.feed_name as name, f.url, c.credential_name as credential, f.is_active from documents.feeds as f"
        " left join channels.credentials as c"
        "     on f.organization_id = c.organization_id and f.credential_id = c.credential_id"
        " where f.organization_id = %(organization_id)s order by f.feed_name",
    ),
    write=_write,
    remove=_remove,
    check=_check,
)
