"""The options with which people search posts, as one value."""

from collections.abc import Callable
from datetime import datetime
from functools import wraps
from typing import Any

import click

from syndication_assets.cli.command import DAY
from syndication_assets.curation.posts.searched_posts import Search
from syndication_assets.curation.rules.rule_filter import RuleFilter

SearchOptions = Callable[..., Search]
"""Makes the search of a person."""

_LISTS = {
    "--platform": ("platforms", "Only this platform."),
    "--author": ("authors", "Only posts of this handle."),
    "--profile-tag": ("profile_tags", "Only authors with this tag."),
    "--type": ("post_types", "Only this kind, such as regular or video."),
    "--hashtag": ("hashtags", "Only posts with this hashtag."),
    "--language": ("languages", "Only this language, such as en."),
}


def search_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """TEXT and the filters, passed on as `search`, which makes the search of a person."""

    @wraps(function)
    def searching(
        *,
        text: str | None,
        author_like: str | None,
        since: datetime | None,
        until: datetime | None,
        minimum_engagement: int | None,
        tags: tuple[str, ...],
        has_any_tag: bool,
        marked: bool,
        unread: bool,
        **options: Any,
    ) -> Any:
        lists: dict[str, Any] = {name: list(options.pop(name)) for name, _ in _LISTS.values()}

        def search(person: str, *, is_marked: bool = False) -> Search:
            return Search(
                text=text,
                author_like=author_like,
                conditions=RuleFilter(minimum_engagement=minimum_engagement, **lists),
                since=since.date() if since else None,
                until=until.date() if until else None,
                tags=tags,
                has_any_tag=has_any_tag,
                is_marked=marked or is_marked,
                is_unread=unread,
                person=person,
            )

        return function(search=search, **options)

    decorated: Callable[..., Any] = searching
    decorated = click.option("--unread", is_flag=True, help="Only posts that you have not read.")(decorated)
    decorated = click.option("--marked", is_flag=True, help="Only posts that you marked.")(decorated)
    decorated = click.option("--any-tag", "has_any_tag", is_flag=True, help="One of the tags is enough.")(decorated)
    decorated = click.option("--tag", "tags", multiple=True, metavar="NAME", help="Only with this tag; repeat it.")(
        decorated
    )
    decorated = click.option(
        "--minimum-engagement", type=click.IntRange(min=0), help="Least reactions, comments and shares together."
    )(decorated)
    decorated = click.option("--until", type=DAY, metavar="DATE", help="Published on this UTC day or before.")(
        decorated
    )
    decorated = click.option("--since", type=DAY, metavar="DATE", help="Published on this UTC day or after.")(decorated)
    decorated = click.option(
        "--author-like", default=None, metavar="NAME", help="Only posts of whose name or handle resembles this most."
    )(decorated)
    for flag, (name, meaning) in reversed(_LISTS.items()):
        decorated = click.option(flag, name, multiple=True, metavar="NAME", help=f"{meaning} Repeat it for several.")(
            decorated
        )
    return click.argument("text", required=False)(decorated)
