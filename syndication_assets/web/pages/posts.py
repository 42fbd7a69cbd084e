"""The posts that are watched, own ones among them: search, and one post with its history."""

from starlette.responses import Response

from syndication_assets.curation.posts.post_states import set_flag
from syndication_assets.curation.posts.searched_posts import Search, find_posts, found_post
from syndication_assets.curation.posts.shown_post import measurements_of, tags_of
from syndication_assets.database.connection import transaction
from syndication_assets.errors import SyndicationError
from syndication_assets.web.history_line import history_line
from syndication_assets.web.page import Page
from syndication_assets.web.routes import PageRoute

_SHOWN = 50


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
    return page.render("posts.html", posts=posts, tags=tags, asked=asked, problem=problem, most=_SHOWN)


def show_post(page: Page) -> Response:
    organization_id, post_id = page.organization.organization_id, _own_post(page)
    with page.reading() as connection:
        post = found_post(connection, organization_id, post_id, page.person)
        measurements = measurements_of(connection, organization_id, post_id)
        tags = tags_of(connection, organization_id, post_id)
    return page.render(
        "post.html", post=post, measurements=measurements, tags=tags, line=history_line(post.posted_at, measurements)
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


def _own_post(page: Page) -> str:
    return page.own_id("post_id", "scraping.post_records", "There is no such post.")


ROUTES = (
    PageRoute("GET", "/posts", show_posts),
    PageRoute("GET", "/posts/{post_id}", show_post),
    PageRoute("POST", "/posts/{post_id}/mark", mark_post, permission="posts.read"),
)
