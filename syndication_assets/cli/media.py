"""`syndication media`: the cache of pictures, videos and documents of scraped posts."""

from datetime import UTC, datetime, timedelta

import click

from syndication_assets.cli.command import DAY, command, migrated_database_url, organization_option
from syndication_assets.cli.listing import json_option, show_rows
from syndication_assets.cli.media_analysis import analyses, analyze, retry_analyses
from syndication_assets.cli.people.acting import everywhere, in_organization, requires
from syndication_assets.database.connection import transaction
from syndication_assets.media.cache.cache_listing import CacheStatus, ListedMedium, cache_status, list_media
from syndication_assets.media.cache.outcomes import CacheState
from syndication_assets.media.shared_pictures import SharedPicture, shared_pictures
from syndication_assets.settings import Settings
from syndication_assets.tenancy.organizations import require_organization

_SHARED_WITHIN = timedelta(days=30)
_NEVER_CACHED = (CacheState.EXPIRED, CacheState.GONE, CacheState.REJECTED, CacheState.FAILED)


@click.group()
def media() -> None:
    """Caches pictures, videos and documents of scraped posts before their URLs expire."""


for _each in (analyze, analyses, retry_analyses):
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
@command
@requires("media.edit", everywhere)
def cache() -> None:
    """Fetches the media that wait: what the asset media/cached_media does."""
    from syndication_assets.media.cache.caching import MediaCache  # noqa: PLC0415 - slow

    run = MediaCache(_url(), Settings.from_environment()).run()
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


@media.command()
@click.option("--yes", is_flag=True, help="Remove them; without it they are only counted.")
@command
@requires("media.edit", everywhere)
def clean(yes: bool) -> None:
    """Removes stored files that no row names, such as those of a run that was killed."""
    from syndication_assets.media.media_store import MediaStore  # noqa: PLC0415 - slow
    from syndication_assets.media.stored_files import orphans  # noqa: PLC0415

    store = MediaStore(Settings.from_environment().media_url)
    found = orphans(_url(), store)
    if not found:
        click.echo("Every stored file has its row.")
    elif not yes:
        click.echo(f"{len(found):,} stored files have no row. Remove them: `syndication media clean --yes`.")
    else:
        store.claim(_url())
        for orphan in found:
            store.remove(orphan.path)
        click.echo(f"{len(found):,} stored files without a row were removed.")


@media.command("take-over")
@command
@requires("media.edit", everywhere)
def take_over() -> None:
    """Makes SYNDICATION_MEDIA_URL the place of this database, which takes the place of one that is gone."""
    from syndication_assets.media.media_store import MediaStore  # noqa: PLC0415 - slow

    store = MediaStore(Settings.from_environment().media_url)
    with transaction(_url()) as connection:
        store.take_over(connection)
    click.echo(f"{store.url} belongs to this database from now on.")


@media.command()
@click.option("--organization", default=None, metavar="SLUG", help="Only files of this organization.")
@command
def verify(organization: str | None) -> None:
    """Reads every stored file again and compares it with its SHA-256. Exits with 1 if one is damaged."""
    from syndication_assets.media.media_store import MediaStore  # noqa: PLC0415 - slow
    from syndication_assets.media.stored_files import damaged_files  # noqa: PLC0415

    read = damaged = 0
    for file in damaged_files(_url(), MediaStore(Settings.from_environment().media_url), organization):
        read += 1
        if file is not None:
            damaged += 1
            click.echo(f"{file.media_file_id} {file.path}: {file.reason}")
    click.echo(f"{read:,} stored files were read, {damaged:,} are damaged or missing.")
    if damaged:
        raise SystemExit(1)


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
    return (
        f"{row.organization}: {row.cached:,} cached in {row.files:,} files of {row.bytes:,} bytes, "
        f"{row.waiting:,} waiting{first}{waiting}{f'. Not cached: {lost}' if lost else ''}"
    )


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
