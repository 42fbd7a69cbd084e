"""Briefs: what people ask for, how far it has come, and the visuals that were made."""

import logging
from typing import Any

from starlette.background import BackgroundTask
from starlette.responses import Response

from syndication_assets.brand.templates.template_rows import active, read_templates
from syndication_assets.content.briefs.brief_posts import write_brief_posts
from syndication_assets.content.briefs.withdrawing import withdraw_brief
from syndication_assets.errors import SyndicationError
from syndication_assets.settings import Settings
from syndication_assets.studio.compliance.proposals import proposals_of
from syndication_assets.studio.making.making import Studio
from syndication_assets.studio.requests.listing import (
    ListedBrief,
    list_briefs,
    posts_of,
    read_brief,
    shown_variants,
)
from syndication_assets.studio.requests.new_brief import BriefError, brief_of
from syndication_assets.studio.requests.request_states import add_briefs, cancel, correct, make_again
from syndication_assets.web.page import NotFoundError, Page
from syndication_assets.web.routes import PageRoute

_log = logging.getLogger(__name__)
_UNDER_WAY = ("pending", "processing", "generated")
_SHOWN = 60
_MADE_AT_ONCE = 10
_CHANNELS = """
select distinct f.platform || '/' || f.channel_type
from channels.picture_formats as f
inner join channels.social_accounts as a on a.platform = f.platform
where a.organization_id = %s and channels.is_publishable(a.organization_id, f.platform, f.channel_type)
order by 1
"""
_THUMBNAILS = """
select a.request_id, min(v.media_file_id)
from studio.generated_assets as a
inner join studio.asset_variants as v on a.organization_id = v.organization_id and a.asset_id = v.asset_id
where a.is_newest and v.is_posted and a.request_id = any(%s)
group by a.request_id
"""
_FILES = "select variant_id, media_file_id from studio.asset_variants where variant_id = any(%s)"


def show_requests(page: Page) -> Response:
    with page.reading() as connection:
        briefs = list_briefs(connection, organization=page.organization.slug, maximum=_SHOWN)
        thumbnails = dict(connection.execute(_THUMBNAILS, [[brief.request_id for brief in briefs]]).fetchall())
    return page.render("requests.html", briefs=briefs, thumbnails=thumbnails, most=_SHOWN)


def show_new_request(page: Page) -> Response:
    return _form(page, {}, None)


def add_request(page: Page) -> Response:
    """Adds the brief, and makes it while the page shows how far it has come."""
    form = page.form
    values: dict[str, object] = {
        name: form[name].strip()
        for name in ("title", "brief", "template", "language", "call_to_action", "search_terms", "audience")
        if form.get(name, "").strip()
    }
    values["link_url"] = form.get("link_url", "").strip() or None
    values["due_on"] = form.get("due_on") or None
    values["channels"] = [name.removeprefix("channel ") for name in form if name.startswith("channel ")]
    for name in ("facts", "keywords"):
        values[name] = [line.strip() for line in form.get(name, "").splitlines() if line.strip()]
    try:
        with page.acting():
            (request_id,) = add_briefs(
                page.site.database_url, page.organization.organization_id, [brief_of(values)], page.person
            )
    except BriefError as error:
        return _form(page, form, str(error))
    return _making(page, f"/requests/{request_id}")


def show_request(page: Page) -> Response:
    brief = _own_brief(page)
    with page.reading() as connection:
        variants = shown_variants(connection, brief.request_id)
        posts = posts_of(connection, brief.request_id)
        files = dict(connection.execute(_FILES, [[variant.variant_id for variant in variants]]).fetchall())
    return page.render(
        "request.html",
        brief=brief,
        variants=variants,
        files=files,
        posts=posts,
        is_under_way=brief.state in _UNDER_WAY,
        proposals=proposals_of(finding for variant in variants for finding in variant.findings),
    )


def change_request(page: Page) -> Response:
    """Lets a brief be made again, with the corrections that were chosen, or puts it away."""
    brief = _own_brief(page)
    url, organization_id = page.site.database_url, brief.organization_id
    what = page.form.get("what")
    with page.acting():
        if what == "cancel":
            cancel(url, organization_id, brief.request_id)
            withdraw_brief(url, organization_id, brief.request_id, page.person)
            return page.go(f"/requests/{brief.request_id}")
        if what == "again":
            make_again(url, organization_id, brief.request_id)
        elif what == "correct":
            chosen = [name.removeprefix("correction ") for name in page.form if name.startswith("correction ")]
            correct(url, organization_id, brief.request_id, chosen)
        else:
            raise NotFoundError("There is no such page.")
    return _making(page, f"/requests/{brief.request_id}")


def _making(page: Page, path: str) -> Response:
    response = page.go(path)
    response.background = BackgroundTask(_make, page.site.database_url, page.site.settings, page.organization.slug)
    return response


def _make(url: str, settings: Settings, organization: str) -> None:
    """What the job studio does. Whatever fails stays in the queue, where its next run finds it."""
    try:
        Studio(url, settings, organization, limit=_MADE_AT_ONCE).run()
        write_brief_posts(url, settings, organization=organization)
    except SyndicationError:
        _log.exception("making briefs of %s failed", organization)


def _form(page: Page, values: Any, problem: str | None) -> Response:
    organization_id = page.organization.organization_id
    with page.reading() as connection:
        channels = [name for (name,) in connection.execute(_CHANNELS, [organization_id])]
        templates = [template.name for template in active(read_templates(connection, organization_id))]
    return page.render(
        "new_request.html",
        status=422 if problem else 200,
        channels=channels,
        templates=templates,
        values=values,
        problem=problem,
    )


def _own_brief(page: Page) -> ListedBrief:
    """That of the path, if it belongs to the current organization. Otherwise NotFoundError, as for none at all."""
    with page.reading() as connection:
        try:
            return read_brief(connection, str(page.request.path_params["request_id"]))
        except BriefError:
            raise NotFoundError("There is no such request.") from None


ROUTES = (
    PageRoute("GET", "/requests", show_requests),
    PageRoute("GET", "/requests/new", show_new_request, permission="briefs.edit"),
    PageRoute("POST", "/requests", add_request, permission="briefs.edit"),
    PageRoute("GET", "/requests/{request_id}", show_request),
    PageRoute("POST", "/requests/{request_id}", change_request, permission="briefs.edit"),
)
