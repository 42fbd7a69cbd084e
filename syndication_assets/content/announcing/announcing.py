"""Checks an announcement for each of its channels, and stores it as a post of its own kind that waits for approval.

It goes the way of every other text: the rules of its channel, an approval by rule or by a person, the queue. It is
about no product, so no ranking reads its results.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from urllib.parse import urlsplit

from syndication_assets.content.announcing.announced_event import event_of, facts_about, require_time_for
from syndication_assets.content.announcing.announcement import Announcement, AnnouncementError, draft_for
from syndication_assets.content.compliance.near_duplicates import same_words
from syndication_assets.content.compliance.validation import Finding, hard_reasons
from syndication_assets.content.draft import Draft
from syndication_assets.content.generation.posts_to_write import (
    PostToWrite,
    materials_of,
    new_content_id,
    read_channel,
)
from syndication_assets.content.generation.writing import WrittenText, findings_of, store
from syndication_assets.content.rounds.text_rounds import decide_by_rule
from syndication_assets.database.connection import Connection, load_sql, transaction

_LOCK = "content.announcements"
_NO_POST = "pco-00000000"
"""Stands for a post that is not stored yet, so that a preview writes nothing."""


@dataclass(frozen=True, slots=True)
class Preview:
    """What one channel would get."""

    platform: str
    channel_type: str
    accounts: tuple[str, ...]
    """Display names of the accounts that would publish it."""
    draft: Draft
    findings: tuple[Finding, ...]
    repeats: str | None
    """The text of the channel that says the same in the same words; None if there is none."""

    @property
    def channel(self) -> str:
        return f"{self.platform}/{self.channel_type}"

    @property
    def refusals(self) -> list[str]:
        """Why the channel cannot get it, each as a sentence; empty if it can."""
        reasons = [f"{self.channel}: {reason}" for reason in hard_reasons(self.findings)]
        if self.repeats is not None:
            reasons.append(f"{self.channel}: {self.repeats} says the same: --again announces it once more")
        return reasons


@dataclass(frozen=True, slots=True)
class Announced:
    """One stored text."""

    channel: str
    content_id: str
    is_approved: bool
    """Whether an approval rule has approved it; else it waits for a person."""


def preview(url: str, organization_id: str, announcement: Announcement) -> list[Preview]:
    """What each channel would get, without writing anything. AnnouncementError for a channel that gets no posts."""
    with transaction(url) as connection:
        return [shown for shown, _ in _prepare(connection, organization_id, announcement, _today())]


def announce(url: str, organization_id: str, announcement: Announcement, person: str) -> tuple[date, list[Announced]]:
    """Stores the announcement for all of its channels, or for none; returns its day and its texts.

    AnnouncementError with every reason if one channel cannot get it.
    """
    day = _today()
    with transaction(url, lock=_LOCK) as connection:
        connection.execute("select set_config('app.actor', %s, true)", [person])
        prepared = _prepare(connection, organization_id, announcement, day)
        refusals = [reason for shown, _ in prepared for reason in shown.refusals]
        if refusals:
            raise AnnouncementError("\n".join(["Nothing was announced.", *refusals]))
        written = []
        for shown, post in prepared:
            post_core_id = _add_post(connection, post, announcement)
            stored = WrittenText(
                replace(post, post_core_id=post_core_id),
                shown.draft,
                list(shown.findings),
                "person",
                created_by=person,
            )
            store(connection, [stored])
            written.append((shown.channel, post.content_id))
        decide_by_rule(connection, day, day + timedelta(days=1))
        states = dict(
            connection.execute(
                "select content_id, state::text from content.posts_content where content_id = any(%s)",
                [[content_id for _, content_id in written]],
            ).fetchall()
        )
    return day, [Announced(channel, content_id, states[content_id] == "approved") for channel, content_id in written]


def _prepare(
    connection: Connection, organization_id: str, announcement: Announcement, day: date
) -> list[tuple[Preview, PostToWrite]]:
    _require_usable(announcement)
    event = None
    if announcement.event is not None:
        event = event_of(connection, organization_id, announcement.event)
        require_time_for(event, announcement.publish_at)
        announcement = replace(announcement, link_url=announcement.link_url or event.url)
    materials = materials_of(connection, organization_id)
    prepared = []
    for platform, channel_type in announcement.channels:
        accounts = _accounts(connection, organization_id, platform, channel_type, "event" if event else "announcement")
        channel = read_channel(connection, organization_id, platform, channel_type, day)
        draft = draft_for(announcement, channel.rules)
        earlier = channel.earlier_of_others(_NO_POST)
        same = None if announcement.is_again else same_words(draft.text_content, draft.link_url, earlier)
        post = PostToWrite(
            organization_id=organization_id,
            post_core_id=_NO_POST,
            content_id=new_content_id(connection),
            planned_on=day,
            variation=1,
            variations_by="content",
            facts=facts_about(event, draft),
            channel=channel,
            templates=[],
            materials=materials,
            post_kind="event" if event else "announcement",
        )
        shown = Preview(
            platform,
            channel_type,
            accounts,
            draft,
            tuple(findings_of(post, draft)),
            None if same is None else same.content_id,
        )
        prepared.append((shown, post))
    return prepared


def _require_usable(announcement: Announcement) -> None:
    if not announcement.text.strip():
        raise AnnouncementError("The text is empty: write what to announce.")
    if not announcement.channels:
        raise AnnouncementError("Name at least one channel: --channel facebook/feed_post.")
    for what, value in (("link", announcement.link_url), ("picture", announcement.image_url)):
        if value is not None and (urlsplit(value).scheme not in {"http", "https"} or not urlsplit(value).hostname):
            raise AnnouncementError(f"The {what} {value!r} is no URL: write it with https://.")
    if announcement.publish_at is not None and announcement.publish_at < datetime.now(UTC):
        raise AnnouncementError(
            f"The time {announcement.publish_at:%Y-%m-%d %H:%M %Z} is over: choose a later one, or leave --at out."
        )


def _accounts(
    connection: Connection, organization_id: str, platform: str, channel_type: str, post_kind: str
) -> tuple[str, ...]:
    """The accounts that would publish it. AnnouncementError if there are none."""
    rows = connection.execute(
        load_sql("content/announcements/accounts.sql"),
        {
            "organization_id": organization_id,
            "platform": platform,
            "channel_type": channel_type,
            "post_kind": post_kind,
        },
    ).fetchall()
    if not rows:
        raise AnnouncementError(
            f"{platform}/{channel_type} gets no posts: `syndication channels` lists the channels, and a channel needs "
            f"an account with an active schedule (`syndication schedule add`) and the process {post_kind} running "
            "(`syndication process list`)."
        )
    return tuple(name for (name,) in rows)


def _add_post(connection: Connection, post: PostToWrite, announcement: Announcement) -> str:
    ((post_core_id,),) = connection.execute(
        "insert into content.posts_core"
        " (organization_id, post_kind, platform, channel_type, planned_on, publish_at, event_id)"
        " select %(organization_id)s, %(kind)s, %(platform)s, %(channel_type)s, %(planned_on)s, %(publish_at)s,"
        " (select event_id from content.events"
        " where organization_id = %(organization_id)s and event_name = %(event)s)"
        " returning post_core_id",
        {
            "organization_id": post.organization_id,
            "kind": post.post_kind,
            "platform": post.channel.platform,
            "channel_type": post.channel.channel_type,
            "planned_on": post.planned_on,
            "publish_at": announcement.publish_at,
            "event": announcement.event,
        },
    ).fetchall()
    return str(post_core_id)


def _today() -> date:
    return datetime.now(UTC).date()


def listed(channels: Sequence[str]) -> tuple[tuple[str, str], ...]:
    """`facebook/feed_post` as platform and channel, each once. AnnouncementError for anything else."""
    pairs = []
    for text in channels:
        platform, separator, channel_type = text.partition("/")
        if not (platform and separator and channel_type):
            raise AnnouncementError(f"{text!r} is no channel: write platform and channel, as in facebook/feed_post.")
        pairs.append((platform, channel_type))
    return tuple(dict.fromkeys(pairs))
