"""The posts that are watched, own ones among them: search, one post with its history, and actions on posts."""

from typing import Any
from urllib.parse import urlencode

from starlette.responses import Response

from syndication_assets.curation.actions.action_letters import (
    LATER,
    WRITTEN_LATER,
    WRITTEN_NOW,
    live_letters,
    put_letter,
    take_letter,
)
from syndication_assets.curation.posts.post_states import set_flag
from syndication_assets.curation.posts.searched_posts import Search, find_posts, found_post
from syndication_assets.curation.posts.shown_post import measurements_of, tags_of
from syndication_assets.database.connection import transaction
from syndication_assets.errors import SyndicationError
from syndication_assets.web.history_line import history_line
from syndication_assets.web.languages import gettext_noop
from syndication_assets.web.page import NotFoundError, Page
from syndication_assets.web.routes import PageRoute

_SHOWN = 50
_REACTIONS = (
    gettext_noop("like"),
    gettext_noop("celebrate"),
    gettext_noop("support"),
    gettext_noop("love"),
    gettext_noop("insightful"),
    gettext_noop("funny"),
)


def show_posts(page: Page) -> Response:
    asked = page.request.query_params
    search = Search(
        text=asked.get("text", "").strip() or None,
        tags=tuple(filter(None, [asked.get("tag")])),
        is_marked="marked" in asked,
        is_unread="unread" in asked,
        person=page.person,
    )
    organization_id = page.organization.organization_id
    problem = None
    with page.reading() as connection:
        tags = [
            name
            for (name,) in connection.execute(
                "select tag_name from curation.tags where organization_id = %s order by tag_name", [organization_id]
            )
        ]
        try:
            posts = find_posts(connection, organization_id, search, _SHOWN)
        except SyndicationError as error:
            posts, problem = [], str(error)
        letters = live_letters(connection, organization_id, [post.post_id for post in posts])
    kept = urlencode([(name, value) for name, value in asked.multi_items() if name not in ("at", "done")])
    return page.render(
        "posts.html",
        posts=posts,
        tags=tags,
        asked=asked,
        problem=problem,
        most=_SHOWN,
        letters=letters,
        reactions=_REACTIONS,
        here=f"/posts?{kept}",
    )


def show_post(page: Page) -> Response:
    organization_id, post_id = page.organization.organization_id, _own_post(page)
    with page.reading() as connection:
        post = found_post(connection, organization_id, post_id, page.person)
        measurements = measurements_of(connection, organization_id, post_id)
        tags = tags_of(connection, organization_id, post_id)
        letters = live_letters(connection, organization_id, [post_id])
    return page.render(
        "post.html",
        post=post,
        measurements=measurements,
        tags=tags,
        line=history_line(post.posted_at, measurements),
        letters=letters,
        reactions=_REACTIONS,
        here=f"/posts/{post_id}",
    )


def mark_post(page: Page) -> Response:
    post_id = _own_post(page)
    with page.acting(), transaction(page.site.database_url) as connection:
        set_flag(
            connection,
            page.organization.organization_id,
            [post_id],
            page.person,
            "is_marked",
            value=page.form.get("marked") == "yes",
        )
    return page.go(f"/posts/{post_id}")


def act_on_post(page: Page) -> Response:
    """Queues the action of a letter, or takes it back; then the page shows the post again."""
    post_id, organization_id = _own_post(page), page.organization.organization_id
    put, take = page.form.get("put"), page.form.get("take")
    with page.acting(), transaction(page.site.database_url) as connection:
        if put is not None:
            put_letter(connection, organization_id, post_id, put, _parameters(page, put), page.person)
        elif take is not None:
            take_letter(connection, organization_id, post_id, take)
        else:
            raise NotFoundError("There is no such action.")
    here = page.form.get("to", "/posts")
    separator = "&" if "?" in here else "?"
    return page.go(f"{here}{separator}at={post_id}", done="action_queued" if put is not None else "action_taken_back")


def _parameters(page: Page, letter: str) -> dict[str, Any]:
    if letter in WRITTEN_NOW:
        text = page.form.get(f"text_{letter}", "").strip()
        if not text:
            raise SyndicationError(gettext_noop("Write the words first, or queue the action that is done by hand."))
        return {"text": text}
    if letter == "a":
        return {"reaction": page.form.get("reaction", "")}
    return dict(LATER) if letter in WRITTEN_LATER else {}


def _own_post(page: Page) -> str:
    return page.own_id("post_id", "scraping.post_records", "There is no such post.")


ROUTES = (
    PageRoute("GET", "/posts", show_posts),
    PageRoute("GET", "/posts/{post_id}", show_post),
    PageRoute("POST", "/posts/{post_id}/mark", mark_post, permission="posts.read"),
    PageRoute("POST", "/posts/{post_id}/actions", act_on_post, permission="actions.edit"),
)
