"""The pages in headless Chromium, by keyboard, on a desktop and a phone, in both directions of writing.

axe-core looks for what keeps people from using a page; a page that has nothing of the kind is the control.
"""

from collections.abc import Iterator

import pytest

from syndication_assets_tests.content.shop_in_tables import Shop
from syndication_assets_tests.publishing.publishing_queue import PublishingQueue
from syndication_assets_tests.web.chromium import AXE, CHROMIUM, SIZES, serious, served
from syndication_assets_tests.web.desk import Desk

PATHS = ("/inbox", "/requests", "/requests/new", "/calendar", "/posts", "/results", "/brand", "/status", "/delegations")

pytestmark = [
    pytest.mark.slow,
    pytest.mark.one_server,
    pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed: on Debian, apt-get install chromium"),
]


@pytest.fixture
def address(desk: Desk) -> Iterator[str]:
    with served(desk) as address:
        yield address


def test_an_approver_s_morning_by_keyboard_on_a_desktop_and_a_phone(desk: Desk, shop: Shop, address: str):
    from playwright.sync_api import sync_playwright  # noqa: PLC0415

    first, second = (str(text["content_id"]) for text in shop.texts()[:2])
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        context = browser.new_context(viewport=SIZES["desktop"])
        page = context.new_page()
        messages: list[str] = []
        page.on(
            "console", lambda message: messages.append(message.text) if message.type in ("error", "warning") else None
        )

        page.goto(f"{address}/sign-in/{desk.link()}")
        page.wait_for_function("document.activeElement.matches('main button.primary')")
        page.keyboard.press("Enter")
        page.wait_for_url("**/inbox")
        page.keyboard.press("j")
        page.keyboard.press("Enter")
        page.wait_for_url(f"**/texts/{first}")
        page.keyboard.press("a")
        page.wait_for_url(f"**/texts/{second}?done=approved")
        page.keyboard.press("r")
        page.keyboard.type("Not in this season.")
        page.keyboard.press("Enter")
        page.wait_for_url("**?done=rejected")
        assert [str(text["state"]) for text in shop.texts()] == ["approved", "rejected", "needs_review"]

        for size in SIZES.values():
            page.set_viewport_size(size)
            for path in (*PATHS, f"/texts/{second}"):
                page.goto(f"{address}{path}")
                assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, path
        assert messages == []
        browser.close()


def test_a_post_is_dragged_to_another_day(desk: Desk, address: str):
    from playwright.sync_api import sync_playwright  # noqa: PLC0415

    queue = PublishingQueue(desk.url)
    account_id = queue.page()
    queue.schedule(account_id)
    queue.approved()
    queue.plan()
    monday, friday = "2025-11-03", "2025-11-07"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        page = browser.new_page(viewport=SIZES["desktop"])
        page.goto(f"{address}/sign-in/{desk.link()}")
        page.click("button.primary")
        page.goto(f"{address}/calendar?week={monday}")
        page.drag_and_drop(f"[data-day='{monday}'] li[draggable]", f"[data-day='{friday}']")
        page.wait_for_url("**done=moved")
        assert page.locator(f"[data-day='{friday}'] li").count() == 1
        browser.close()
    assert str(queue.value("select slot_at::date from publishing.post_targets")) == friday


@pytest.mark.skipif(not AXE.exists(), reason="axe-core is not installed: make .venv/browser, which needs npm")
def test_nothing_serious_keeps_people_from_using_a_page(desk: Desk, shop: Shop, address: str):
    from playwright.sync_api import sync_playwright  # noqa: PLC0415

    content_id = str(shop.texts()[0]["content_id"])
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        # Only the test's own script is let past the policy of the pages.
        context = browser.new_context(viewport=SIZES["phone"], bypass_csp=True)
        page = context.new_page()
        page.goto(f"{address}/sign-in")
        found = {"/sign-in": serious(page)}
        page.goto(f"{address}/sign-in/{desk.link()}")
        page.click("button.primary")
        for language in ("en", "ar"):
            for scheme in ("light", "dark"):
                page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
                for path in (*PATHS, f"/texts/{content_id}", "/no-such-page"):
                    page.goto(f"{address}{path}")
                    found[f"{language} {scheme} {path}"] = serious(page)
            page.goto(f"{address}/inbox")
            page.click(".account summary")
            page.select_option("select[name=language]", "ar")
            page.click("form[action='/language'] button")
            page.wait_for_load_state()
        assert page.evaluate("document.documentElement.dir") == "rtl"
        assert {path: violations for path, violations in found.items() if violations} == {}
        page.set_content("<!doctype html><title>x</title><img src='x.png'><button></button>")
        assert len(serious(page)) >= 2
        browser.close()
