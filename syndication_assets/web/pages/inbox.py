"""What waits for a decision: the list, one text with its reasons and versions, and the decisions."""

from datetime import UTC, datetime
from urllib.parse import quote

from starlette.responses import Response

from syndication_assets.approval.rounds.inbox import HistoryLine, WaitingStep, history_of, inbox_of
from syndication_assets.content.generation.posts_to_write import facts_of
from syndication_assets.content.review.reviewed_texts import read_text, waiting
from syndication_assets.content.review.reviewed_texts import show as read_with_reasons
from syndication_assets.content.review.text_decisions import approve, edit, reject
from syndication_assets.database.connection import Connection
from syndication_assets.web.page import Page
from syndication_assets.web.routes import PageRoute
from syndication_assets.web.text_changes import changes_in, versions_of
from syndication_assets.web.waiting import MOST_STEPS, waiting_for

_EXCERPTS = """
select content_id, left(text_content, 240), picture_file_id from content.posts_content where content_id = any(%s)
"""
_SCORES = """
select c.content_id, min(s.score)
from content.posts_content as c
inner join content.posts_core as p on c.organization_id = p.organization_id and c.post_core_id = p.post_core_id
inner join studio.generated_assets as a
    on p.organization_id = a.organization_id and p.request_id = a.request_id and a.is_newest
inner join studio.asset_variants as v
    on
        a.organization_id = v.organization_id
        and a.asset_id = v.asset_id
        and p.platform = v.platform
        and p.channel_type = v.channel_type
inner join studio.variant_scores as s on v.organization_id = s.organization_id and v.variant_id = s.variant_id
where c.content_id = any(%s)
group by c.content_id
"""
_VARIANTS = """
select v.variant_id, v.format_name, v.media_file_id, v.is_posted, s.score, s.level
from studio.generated_assets as a
inner join studio.asset_variants as v on a.organization_id = v.organization_id and a.asset_id = v.asset_id
left join studio.variant_scores as s on v.organization_id = s.organization_id and v.variant_id = s.variant_id
where a.request_id = %s and a.is_newest and v.platform = %s and v.channel_type = %s
order by v.is_posted desc, v.format_name
"""


def first_page(page: Page) -> Response:
    return page.go("/inbox") if page.visitor is not None else page.go("/sign-in")


def show_inbox(page: Page) -> Response:
    """What waits for the visitor comes first, the longest waiting before the others."""
    texts = waiting(page.site.database_url, page.organization.slug)
    ids = [text.content_id for text in texts]
    with page.reading() as connection:
        rows = connection.execute(_EXCERPTS, [ids]).fetchall()
        scores = dict(connection.execute(_SCORES, [ids]).fetchall())
        waits = _waits(page, connection)
    places = {content_id: place for place, content_id in enumerate(waits)}
    return page.render(
        "inbox.html",
        texts=sorted(texts, key=lambda text: places.get(text.content_id, len(places))),
        excerpts={content_id: rest for content_id, *rest in rows},
        scores=scores,
        waits=waits,
    )


def show_text(page: Page) -> Response:
    content_id = _own_text(page)
    text, findings, decisions = read_with_reasons(page.site.database_url, content_id)
    with page.reading() as connection:
        step = _steps_of_visitor(page, connection).get(content_id)
        history = history_of(connection, text.organization_id, content_id)
        versions = versions_of(connection, text)
        # Those of today, with which the rules are checked again when it is approved.
        facts = facts_of(connection, [text.post_core_id], datetime.now(UTC).date()).get(text.post_core_id)
        variants = connection.execute(_VARIANTS, [text.request_id, text.platform, text.channel_type]).fetchall()
    return page.render(
        "text.html",
        text=text,
        findings=findings,
        facts=facts,
        decisions=decisions,
        step=step,
        history=history,
        may_decide=step is not None or (_may_begin(history) and page.may("texts.decide")),
        versions=versions,
        variants=variants,
        difference=changes_in(text, versions),
        next_id=_next_waiting(page, content_id),
    )


def approve_text(page: Page) -> Response:
    content_id = _own_text(page)
    following = _next_waiting(page, content_id)
    with page.acting():
        approve(page.site.database_url, content_id, page.person)
    with page.reading() as connection:
        is_approved = read_text(connection, content_id).state == "approved"
    return _after_decision(page, following, "approved" if is_approved else "step_approved")


def reject_text(page: Page) -> Response:
    content_id = _own_text(page)
    following = _next_waiting(page, content_id)
    with page.acting():
        reject(page.site.database_url, content_id, page.person, page.form.get("reason", ""))
    return _after_decision(page, following, "rejected")


def edit_text(page: Page) -> Response:
    content_id = _own_text(page)
    with page.acting():
        new_id, _ = edit(page.site.database_url, content_id, page.person, page.form.get("text", ""))
    return page.go(f"/texts/{new_id}", done="edited")


def _own_text(page: Page) -> str:
    return page.own_id("content_id", "content.posts_content", "There is no such text.")


def _steps_of_visitor(page: Page, connection: Connection) -> dict[str, WaitingStep]:
    """Text → its step that the visitor may decide now."""
    steps = inbox_of(connection, page.organization.organization_id, page.person, limit=MOST_STEPS)
    return {step.subject_id: step for step in steps}


def _may_begin(history: list[HistoryLine]) -> bool:
    """Whether no round is open, so that a decision begins one."""
    return all(line.ended_at is not None for line in history)


def _waits(page: Page, connection: Connection) -> dict[str, WaitingStep | None]:
    """Text → its step, of what the visitor may decide now; the longest waiting first."""
    organization_id, may_begin = page.organization.organization_id, page.may("texts.decide")
    found = waiting_for(connection, organization_id, page.person, may_begin=may_begin)
    return {subject.content_id: subject.step for subject in found}


def _next_waiting(page: Page, content_id: str) -> str | None:
    """The text that comes after this one in the inbox, or the first; None if no other waits.

    Whoever decides is led through what waits for them, and others through everything that waits.
    """
    with page.reading() as connection:
        ids = list(_waits(page, connection))
    ids = ids or [text.content_id for text in waiting(page.site.database_url, page.organization.slug)]
    if content_id in ids:
        place = ids.index(content_id)
        ids = [*ids[place + 1 :], *ids[:place]]
    return next(iter(ids), None)


def _after_decision(page: Page, following: str | None, done: str) -> Response:
    return page.go("/inbox" if following is None else f"/texts/{quote(following)}", done=done)


ROUTES = (
    PageRoute("GET", "/", first_page, is_public=True),
    PageRoute("GET", "/inbox", show_inbox),
    PageRoute("GET", "/texts/{content_id}", show_text),
    PageRoute("POST", "/texts/{content_id}/approve", approve_text, permission="approvals.decide"),
    PageRoute("POST", "/texts/{content_id}/reject", reject_text, permission="approvals.decide"),
    PageRoute("POST", "/texts/{content_id}/edit", edit_text, permission="texts.edit"),
)
