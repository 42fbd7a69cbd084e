"""`syndication media`: the cache of pictures, videos and documents of scraped posts."""

from datetime import UTC, datetime, timedelta

import click

from syndication_assets.cli.command import DAY, command, migrated_database_url, organization_option
from syndication_assets.cli.listing import json_option, show_rows
from syndication_assets.cli.media_analysis import analyses, analyze, retry_analyses
from syndication_assets.cli.media_files import archive, clean, progress, repair, take_over, unarchive, verify
from syndication_assets.cli.people.acting import everywhere, in_organization, requires
from syndication_assets.database.connection import transaction
from syndication_assets.media.cache.cache_listing import CacheStatus, ListedMedium, cache_status, list_media
from syndication_assets.media.cache.cache_plan import CachePlan, plan_cache
from syndication_assets.media.cache.outcomes import CacheState
from syndication_assets.media.shared_pictures import SharedPicture, shared_pictures
from syndication_assets.settings import Settings
from syndication_assets.tenancy.organizations import require_organization

_SHARED_WITHIN = timedelta(days=30)
_NEVER_CACHED = (CacheState.EXPIRED, CacheState.GONE, CacheState.REJECTED, CacheState.FAILED)


@click.group()
def media() -> None:
    """Caches pictures, videos and documents of scraped posts before their URLs expire."""


for _each in (analyze, analyses, retry_analyses, archive, unarchive, clean, take_over, verify, repair):
    media.add_command(_each)


@media.command()
@click.option("--organization", default=None, metavar="SLUG", help="Only this organization.")
@json_option
@command
def status(organization: str | None, as_json: bool) -> None:
    """Shows the cache of each organization: media by state, bytes, and how many would expire before their turn."""
    with transaction(_url()) as connection:
        rows = cache_status(connection, organization)
    show_rows(rows, _status_line, "No medium was found yet: `syndication media cache`.", as_json=as_json)


@media.command(name="list")
@click.option("--organization", default=None, metavar="SLUG", help="Only media of this organization.")
@click.option(
    "--state", type=click.Choice([state.value for state in CacheState]), default=None, help="Only this state."
)
@click.option("--limit", default=50, show_default=True, type=click.IntRange(min=1), help="Maximum number of lines.")
@json_option
@command
def list_command(organization: str | None, state: str | None, limit: int, as_json: bool) -> None:
    """Lists media with what became of their URLs, the newest first."""
    with transaction(_url()) as connection:
        rows = list_media(
            connection, organization=organization, state=None if state is None else CacheState(state), maximum=limit
        )
    show_rows(rows, _medium_line, "There is no such medium.", as_json=as_json)


@media.command()
@click.option("--organization", default=None, metavar="SLUG", help="Only posts of this organization.")
@click.option("--post", default=None, metavar="ID", help="Only this post, whenever it was observed.")
@click.option("--since", default=None, type=DAY, help="First observed on this day or later; default: 30 days ago.")
@click.option("--limit", default=50, show_default=True, type=click.IntRange(min=1), help="Maximum number of lines.")
@json_option
@command
def shared(organization: str | None, post: str | None, since: datetime | None, limit: int, as_json: bool) -> None:
    """Lists posts whose picture an earlier post has shown, as the same file or one that looks like it."""
    first_day = datetime.now(UTC).date() - _SHARED_WITHIN if since is None else since.date()
    with transaction(_url()) as connection:
        rows = shared_pictures(
            connection,
            organization=organization,
            since=first_day if post is None else None,
            post_id=post,
            maximum=limit,
        )
    nothing = f"No post that was first observed since {first_day} shows a picture of an earlier one."
    show_rows(rows, _shared_line, nothing if post is None else "No earlier post shows its pictures.", as_json=as_json)


@media.command()
@click.option("--limit", default=None, type=click.IntRange(min=1), help="Maximum number of media.")
@click.option(
    "--batch-size",
    default=500,
    show_default=True,
    type=click.IntRange(1, 10_000),
    help="Media between two lines of progress.",
)
@click.option("--dry-run", is_flag=True, help="Only say how many media and bytes a run would fetch.")
@command
@requires("media.edit", everywhere)
def cache(limit: int | None, batch_size: int, dry_run: bool) -> None:
    """Fetches the media that wait: what the asset media/cached_media does."""
    from syndication_assets.media.cache.caching import MediaCache  # noqa: PLC0415 - slow

    if dry_run:
        planned = plan_cache(_url(), datetime.now(UTC), limit)
        show_rows(planned, _plan_line, "No medium waits.", as_json=False)
        return
    run = MediaCache(_url(), Settings.from_environment(), log=progress()).run(limit, batch_size)
    states = ", ".join(f"{number:,} {state}" for state, number in sorted(run.states.items()))
    click.echo(f"{run.queued:,} media were found. {states or 'None waited'}; {run.fetched_bytes:,} bytes were fetched.")
    for reason, number in run.reasons.most_common(10):
        click.echo(f"  {number:,}: {reason}")
    if run.full:
        click.echo(
            f"Media of {len(run.full)} organizations wait, because they store all that they may: "
            "`syndication organization limits`."
        )
    if run.is_at_budget:
        click.echo("The rest waits for the next run: this one has fetched SYNDICATION_MEDIA_RUN_BYTES.")
    if run.is_at_limit:
        click.echo("That are as many as --limit allows: what is left waits for the next run.")


@media.command()
@organization_option
@click.option(
    "--state",
    type=click.Choice([state.value for state in _NEVER_CACHED]),
    default=CacheState.FAILED.value,
    show_default=True,
    help="The media that wait again.",
)
@command
@requires("media.edit", in_organization())
def retry(organization: str, state: str) -> None:
    """Lets media wait for a new attempt, for instance after a server was repaired."""
    from syndication_assets.media.cache.caching import retry_media  # noqa: PLC0415 - slow

    url = _url()
    number = retry_media(url, require_organization(url, organization).organization_id, CacheState(state))
    click.echo(f"{number:,} media wait again. Fetch them: `syndication media cache`.")


def _status_line(row: CacheStatus) -> str:
    lost = ", ".join(
        f"{number:,} {name}"
        for name, number in (
            ("expired", row.expired),
            ("gone", row.gone),
            ("rejected", row.rejected),
            ("failed", row.failed),
        )
        if number
    )
    pace = (
        "nothing was cached in the last 24 hours, so nobody knows how many expire before their turn"
        if row.would_expire is None
        else f"{row.would_expire:,} would expire before their turn"
    )
    waiting = f"; {pace}" if row.waiting else ""
    first = f", the first expires at {row.next_expiry:%Y-%m-%d %H:%M} UTC" if row.next_expiry else ""
    archived = f" ({row.archived_files:,} of {row.archived_bytes:,} bytes in the archive)" if row.archived_files else ""
    return (
        f"{row.organization}: {row.cached:,} cached in {row.files:,} files of {row.bytes:,} bytes{archived}, "
        f"{row.waiting:,} waiting{first}{waiting}{f'. Not cached: {lost}' if lost else ''}"
    )


def _plan_line(row: CachePlan) -> str:
    size = "of unknown size" if row.expected_bytes is None else f"of about {row.expected_bytes:,} bytes"
    unknown = f" without {row.of_unknown_size:,} of unknown size" if row.expected_bytes and row.of_unknown_size else ""
    late = (
        "nobody knows how many expire before their turn, because nothing was cached in the last 24 hours"
        if row.would_expire is None
        else f"{row.would_expire:,} would expire before their turn"
    )
    later = f", {row.later:,} wait for a later run" if row.later else ""
    return f"{row.organization}: {row.media:,} media {size}{unknown}{later}; {row.expired:,} have expired, {late}"


def _medium_line(row: ListedMedium) -> str:
    file = f" {row.media_file_id} {row.mime_type} {row.size_bytes:,} bytes" if row.media_file_id else ""
    reason = f": {row.reason}" if row.reason else ""
    waits = f", next attempt {row.next_attempt_at:%Y-%m-%d %H:%M} UTC" if row.next_attempt_at and row.attempts else ""
    return (
        f"{row.media_id}  {row.state_since:%Y-%m-%d %H:%M} UTC  {row.organization} {row.post_id} {row.media_type} from "
        f"{row.host}: {row.state}{file}{reason}{waits}"
    )


def _shared_line(row: SharedPicture) -> str:
    author, first_author = row.author_username or "an unknown author", row.first_author_username or "an unknown author"
    how = (
        "the picture"
        if row.differing_bits == 0
        else f"a picture that differs in {row.differing_bits} of 64 bits from that"
    )
    others = f", as {row.earlier_posts:,} earlier posts do" if row.earlier_posts > 1 else ""
    return (
        f"{row.posted_at:%Y-%m-%d %H:%M} UTC  {row.organization} {row.post_id} by {author} shows {how} of "
        f"{row.first_post_id} by {first_author}, {row.first_posted_at:%Y-%m-%d}{others}"
    )


def _url() -> str:
    return migrated_database_url(Settings.from_environment())
