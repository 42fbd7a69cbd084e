"""Pages that are full: what keeps people from using them, and the whole way of a brief without a mouse."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from syndication_assets.database.connection import transaction
from syndication_assets_tests.new_databases import new_database
from syndication_assets_tests.servers import Server
from syndication_assets_tests.studio.studio_desk import MESSAGE, StudioDesk, document, plain
from syndication_assets_tests.web.chromium import AXE, CHROMIUM, SIZES, browser_page, serious, served
from syndication_assets_tests.web.desk import PASSWORD, Desk

OLGA = "olga@bakery.example"

pytestmark = [
    pytest.mark.slow,
    pytest.mark.one_server,
    pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed: on Debian, apt-get install chromium"),
]
needs_axe = pytest.mark.skipif(
    not AXE.exists(), reason="axe-core is not installed: make .venv/browser, which needs npm"
)


@pytest.fixture
def studio(desk: Desk, tmp_path: Path) -> StudioDesk:
    studio = StudioDesk(desk.url, directory=tmp_path)
    content = document()
    content["fields"]["headline"]["examples"] = {"en": "Woven by hand"}
    studio.template_version(content)
    desk.person(OLGA, "owner", studio.organization_id)
    return studio


def _sign_in(page: Any, address: str, *, to: str = "/inbox") -> None:
    page.goto(f"{address}/sign-in?to={to}")
    page.keyboard.type(OLGA)
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(f"{address}{to}")


def _tab_to(page: Any, selector: str) -> None:
    """Goes on with the tabulator until an element has the focus, which has to be seen there."""
    for _ in range(80):
        page.keyboard.press("Tab")
        if page.evaluate(f"document.activeElement.matches({selector!r})"):
            style = "getComputedStyle(document.activeElement).outlineStyle"
            assert page.evaluate(style) != "none", f"{selector} does not show that it has the focus"
            return
    raise AssertionError(f"the tabulator does not lead to {selector}")


def test_a_brief_is_asked_for_followed_reviewed_and_approved_without_a_mouse(desk: Desk, studio: StudioDesk):
    with served(desk) as address, browser_page(viewport=SIZES["desktop"]) as page:
        messages: list[str] = []
        asked: list[str] = []
        page.on(
            "console", lambda message: messages.append(message.text) if message.type in ("error", "warning") else None
        )
        page.on("request", lambda request: asked.append(request.url.removeprefix(address)))
        _sign_in(page, address, to="/requests")
        page.keyboard.press("n")
        page.wait_for_url("**/requests/new")
        for selector, words in (
            *(("[name=title]", "Open day"), ("[name=brief]", MESSAGE)),
            *(("[type=checkbox][name^=channel]", " "), ("[name=facts]", "Tweed, woven by hand")),
        ):
            _tab_to(page, selector)
            page.keyboard.type(words) if words != " " else page.keyboard.press("Space")
        _tab_to(page, "form.card button.primary")
        page.keyboard.press("Enter")
        page.wait_for_url("**/requests/req-*")
        page.wait_for_selector("[data-progress]")
        page.wait_for_selector(".pictures img", timeout=60_000)
        request_id = str(studio.value("select request_id from studio.content_requests"))
        assert f"/api/v1/requests/{request_id}/progress" in asked
        _tab_to(page, "a[href^='/texts/']")
        page.keyboard.press("Enter")
        page.wait_for_url("**/texts/cnt-*")
        page.keyboard.press("a")
        page.wait_for_url("**done=approved")
        assert studio.state(request_id)[0] == "approved"
        assert studio.rows("select distinct requested_by from studio.content_requests") == [
            (studio.value("select user_id from tenancy.users where email = %s", [OLGA]),)
        ]
        assert messages == []


def test_a_post_that_cannot_be_dragged_to_a_day_says_why_and_stays(desk: Desk, studio: StudioDesk):
    (target_id,) = studio.due(str(studio.value("select account_id from channels.social_accounts")))
    day = str(studio.value("select (scheduled_at at time zone 'utc')::date from publishing.post_targets"))
    studio.execute("update publishing.publishing_schedules set is_active = false")
    with served(desk) as address, browser_page(viewport=SIZES["desktop"]) as page:
        _sign_in(page, address)
        page.goto(f"{address}/calendar?week={day}")
        other = page.locator("[data-day]").last
        with page.expect_response(f"**/api/v1/queue/{target_id}/move") as answer:
            page.locator(f"[data-target='{target_id}']").drag_to(other, source_position={"x": 10, "y": 10})
        assert answer.value.status == 409
        assert "no free slot" in page.locator("[data-problem]").inner_text()
        assert page.locator(f"[data-day='{day}'] [data-target='{target_id}']").count() == 1


@needs_axe
def test_nothing_serious_keeps_people_from_using_full_pages(desk: Desk, studio: StudioDesk):
    other = desk.person("mia@bakery.example", "manager", studio.organization_id)
    owner = studio.value("select user_id from tenancy.users where email = %s", [OLGA])
    studio.insert(
        "approval.delegations", "delegation_id", from_user_id=owner, to_user_id=other, reason="on holiday",
        starts_at=date(2026, 1, 1), ends_at=date(2999, 1, 1),
    )  # fmt: skip
    request_id = studio.made(photo=studio.photo(plain("#ffffff"), "a white wall"))
    waiting = studio.brief(title="نسيج يدوي من جبال الحكمة", language="ar")
    studio.execute(
        "update studio.content_requests set state = 'processing', attempts = 1, lease_id = gen_random_uuid(),"
        " leased_until = now() + interval '1 hour', next_attempt_at = null where request_id = %s",
        [waiting],
    )
    paths = ("/requests", f"/requests/{request_id}", f"/requests/{waiting}", "/brand", "/delegations", "/requests/new")
    found = {}
    # Only the test's own script is let past the policy of the pages.
    with served(desk) as address, browser_page(viewport=SIZES["phone"], bypass_csp=True) as page:
        _sign_in(page, address)
        for code in ("en", "ar"):
            studio.execute("update tenancy.web_sessions set language = %s", [code])
            for scheme in ("light", "dark"):
                page.emulate_media(color_scheme=scheme)
                for path in paths:
                    page.goto(f"{address}{path}")
                    page.evaluate("document.querySelectorAll('details').forEach((each) => { each.open = true })")
                    found[f"{code} {scheme} {path}"] = serious(page)
                    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, path
        assert {path: violations for path, violations in found.items() if violations} == {}
        page.set_content("<!doctype html><title>x</title><img src='x.png'><button></button>")
        assert len(serious(page)) >= 2


@pytest.fixture
def sample(server: Server, sample_template: str) -> Iterator[str]:
    with new_database(server, sample_template) as url:
        yield url


@needs_axe
def test_nothing_serious_keeps_people_from_reading_results(sample: str):
    desk = Desk(sample)
    with transaction(sample) as connection:
        ((post_id,),) = connection.execute("select min(post_id) from scraping.post_records").fetchall()
    found = {}
    with served(desk) as address, browser_page(viewport=SIZES["phone"], bypass_csp=True) as page:
        page.goto(f"{address}/sign-in/{desk.link()}")
        page.click("button.primary")
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)
            for path in ("/results", f"/posts/{post_id}", "/status"):
                page.goto(f"{address}{path}")
                assert page.locator("main .card").count() > 0
                found[f"{scheme} {path}"] = serious(page)
                assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, path
    assert {path: violations for path, violations in found.items() if violations} == {}
