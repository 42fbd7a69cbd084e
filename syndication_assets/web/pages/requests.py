"""Briefs: what people ask for, how far it has come, and the visuals that were made."""

import re
from typing import Any
from urllib.parse import urlencode

from starlette.background import BackgroundTask
from starlette.responses import Response

from syndication_assets.brand.templates.template_rows import active, read_templates
from syndication_assets.content.briefs.whole_briefs import hash_of_brief, texts_of_brief
from syndication_assets.content.briefs.withdrawing import withdraw_brief
from syndication_assets.media.contents.inspecting import MediaInspector
from syndication_assets.media.media_store import MediaStore
from syndication_assets.media.stock.own_images import add_own_image
from syndication_assets.studio.compliance.evidence import evidence_picture
from syndication_assets.studio.compliance.marking import RULES_WITH_PLACES
from syndication_assets.studio.compliance.proposals import proposals_of
from syndication_assets.studio.requests.listing import (
    BriefSearch,
    ListedBrief,
    find_briefs,
    read_brief,
    shown_variants,
)
from syndication_assets.studio.requests.manual_steps import resume
from syndication_assets.studio.requests.new_brief import BriefError, brief_of
from syndication_assets.studio.requests.request_states import add_briefs, cancel, correct, make_again
from syndication_assets.tenancy.own_rows import has_row
from syndication_assets.web.asked_briefs import asked_brief
from syndication_assets.web.languages import gettext_noop
from syndication_assets.web.making import STATES, UNDER_WAY, make_briefs
from syndication_assets.web.page import NotFoundError, Page
from syndication_assets.web.routes import PageRoute
from syndication_assets.web.stored_pictures import PICTURE_HEADERS
from syndication_assets.web.uploaded_pictures import UploadError, picture_of
from syndication_assets.web.uploads import MOST_FILE_BYTES
from syndication_assets.web.waiting import may_decide_all

_NO_EVIDENCE = gettext_noop("There is no such picture.")
_SHOWN = 60
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
_LANGUAGES = """
select distinct split_part(l.language, '-', 1)
from brand.brand_versions as b
cross join unnest(b.languages) as l (language)
where b.is_current
order by 1
"""
_FILES = "select variant_id, media_file_id from studio.asset_variants where variant_id = any(%s)"


def show_requests(page: Page) -> Response:
    """The newest that the filters let through, a page at a time; what is no filter counts for nothing."""
    asked = page.request.query_params
    state = asked.get("state") if asked.get("state") in STATES else None
    words = asked.get("words", "").strip()[:200] or None
    typed = asked.get("page", "1")
    number = int(typed) if re.fullmatch("[1-9][0-9]{0,4}", typed) else 1
    with page.reading() as connection:
        spoken = [language for (language,) in connection.execute(_LANGUAGES)]
        language = asked.get("language") if asked.get("language") in spoken else None
        briefs = find_briefs(
            connection,
            BriefSearch(state=state, language=language, words=words),
            # One more than is shown says whether there is a next page.
            maximum=_SHOWN + 1,
            skipped=(number - 1) * _SHOWN,
        )
        has_more, briefs = len(briefs) > _SHOWN, briefs[:_SHOWN]
        thumbnails = dict(connection.execute(_THUMBNAILS, [[brief.request_id for brief in briefs]]).fetchall())
    chosen = {name: value for name, value in (("state", state), ("language", language), ("words", words)) if value}
    return page.render(
        "requests.html",
        briefs=briefs,
        thumbnails=thumbnails,
        states=STATES,
        spoken=spoken,
        chosen=chosen,
        query=urlencode(chosen),
        number=number,
        has_more=has_more,
    )


def show_new_request(page: Page) -> Response:
    """The form, with what another request of the organization says, if it is asked for."""
    like = page.request.query_params.get("like")
    with page.reading() as connection:
        is_known = like is not None and has_row(connection, "studio.content_requests", "request_id", like)
        values = asked_brief(connection, like).form_values() if like is not None and is_known else {}
    return _form(page, values, None)


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
        brief = brief_of(values)
        if page.upload is not None:
            brief = brief.model_copy(update={"photo": _own_photo(page, brief.title)})
        with page.acting():
            (request_id,) = add_briefs(page.site.database_url, page.organization.organization_id, [brief], page.person)
    except (BriefError, UploadError) as error:
        return _form(page, form, page.text(str(error)))
    return _making(page, f"/requests/{request_id}")


def _own_photo(page: Page, title: str) -> str:
    """Stores the requester's own picture; returns its id. UploadError without their word that it may be published."""
    if "may_use" not in page.form:
        raise UploadError(page.text("Say that you may publish the picture, or take it out."))
    content = picture_of(page.upload)
    with page.acting(), MediaInspector() as inspector:
        return add_own_image(
            page.site.database_url,
            MediaStore.of(page.site.settings),
            page.organization.organization_id,
            content,
            inspector.read,
            title=title,
        )


def show_request(page: Page) -> Response:
    brief = _own_brief(page)
    with page.reading() as connection:
        asked = asked_brief(connection, brief.request_id)
        variants = shown_variants(connection, brief.request_id)
        texts = texts_of_brief(connection, brief.organization_id, brief.request_id)
        may_begin = page.may("texts.decide")
        may_decide = may_decide_all(connection, brief.organization_id, page.person, texts, may_begin=may_begin)
        files = dict(connection.execute(_FILES, [[variant.variant_id for variant in variants]]).fetchall())
    return page.render(
        "request.html",
        brief=brief,
        asked=asked,
        variants=variants,
        files=files,
        texts=texts,
        content_hash=hash_of_brief(texts),
        may_decide=may_decide,
        is_under_way=brief.state in UNDER_WAY and brief.stopped_before is None,
        rules_with_places=RULES_WITH_PLACES,
        proposals=proposals_of(finding for variant in variants for finding in variant.findings),
    )


def show_evidence(page: Page) -> Response:
    """A copy of a picture that marks what a rule found there."""
    variant_id = page.own_id("variant_id", "studio.asset_variants", _NO_EVIDENCE)
    rule_name = str(page.request.path_params["rule_name"])
    organization_id = page.organization.organization_id
    with page.reading() as connection:
        found = evidence_picture(connection, MediaStore.of(page.site.settings), organization_id, variant_id, rule_name)
    if found is None:
        raise NotFoundError(_NO_EVIDENCE)
    return Response(found.content, media_type="image/png", headers=PICTURE_HEADERS)


def change_request(page: Page) -> Response:
    """Lets a brief go on or be made again, with the corrections that were chosen, or puts it away."""
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
        elif what == "resume":
            resume(url, organization_id, brief.request_id)
        elif what == "correct":
            chosen = [name.removeprefix("correction ") for name in page.form if name.startswith("correction ")]
            correct(url, organization_id, brief.request_id, chosen)
        else:
            raise NotFoundError("There is no such page.")
    return _making(page, f"/requests/{brief.request_id}")


def _making(page: Page, path: str) -> Response:
    response = page.go(path)
    response.background = BackgroundTask(
        make_briefs, page.site.database_url, page.site.settings, page.organization.slug
    )
    return response


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
        most_bytes=MOST_FILE_BYTES,
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
    PageRoute("POST", "/requests", add_request, permission="briefs.edit", takes_file=True),
    PageRoute("GET", "/requests/{request_id}", show_request),
    PageRoute("GET", "/variants/{variant_id}/evidence/{rule_name}", show_evidence),
    PageRoute("POST", "/requests/{request_id}", change_request, permission="briefs.edit"),
)
