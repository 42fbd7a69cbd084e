"""Actions on posts in headless Chromium: with the keyboard alone, on a phone without scripts, and for everybody."""

from collections.abc import Iterator
from typing import Any

import pytest

from syndication_assets_tests.curation.curated_posts import CuratedPosts
from syndication_assets_tests.web.chromium import AXE, CHROMIUM, SIZES, browser_page, serious, served
from syndication_assets_tests.web.desk import Desk

pytestmark = [
    pytest.mark.slow,
    pytest.mark.one_server,
    pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed: on Debian, apt-get install chromium"),
]


@pytest.fixture
def curated(desk: Desk) -> CuratedPosts:
    curated = CuratedPosts(desk.url)
    for text in ("Rye bread", "Oat biscuits"):
        curated.written(text)
    curated.run(1)
    return curated


@pytest.fixture
def address(desk: Desk, curated: CuratedPosts) -> Iterator[str]:
    with served(desk) as address:
        yield address


def _live(curated: CuratedPosts) -> list[tuple[Any, ...]]:
    return curated.rows(
        "select p.text_content, a.action_type, a.parameters from curation.actions as a"
        " inner join scraping.post_records as p using (organization_id, post_id)"
        " where a.state = 'queued' order by a.created_at"
    )


def test_a_reader_queues_and_takes_back_with_letters_alone(desk: Desk, curated: CuratedPosts, address: str):
    with browser_page(viewport=SIZES["desktop"]) as page:
        messages: list[str] = []
        page.on(
            "console", lambda message: messages.append(message.text) if message.type in ("error", "warning") else None
        )
        page.goto(f"{address}/sign-in/{desk.link()}")
        page.wait_for_function("document.activeElement.matches('main button.primary')")
        page.keyboard.press("Enter")
        page.wait_for_url("**/inbox")
        page.goto(f"{address}/posts")
        assert page.locator("p.keys").is_visible()
        first, second = (text.split("\n")[0] for text in page.locator(".excerpt").all_inner_texts())

        # Without a post in focus, a letter does nothing.
        page.keyboard.press("s")
        page.keyboard.press("j")
        page.keyboard.press("j")
        with page.expect_navigation():
            page.keyboard.press("s")
        assert _live(curated) == [(second, "save", {})]
        # The focus is where it was: the next letter is for the same post.
        with page.expect_navigation():
            page.keyboard.press("q")
        assert _live(curated) == [(second, "save", {}), (second, "repost", {})]
        with page.expect_navigation():
            page.keyboard.press("q")
        assert _live(curated) == [(second, "save", {})]

        page.keyboard.press("k")
        page.keyboard.press("c")
        page.keyboard.type("as it is")  # letters within a text are no actions
        page.keyboard.press("Tab")
        with page.expect_navigation():
            page.keyboard.press("Enter")
        assert _live(curated)[1:] == [(first, "comment", {"text": "as it is"})]
        with page.expect_navigation():
            page.keyboard.press("a")
        assert _live(curated)[2:] == [(first, "autoreact", {"reaction": "like"})]
        with page.expect_navigation():
            page.keyboard.press("c")
        assert [action for _, action, _ in _live(curated)] == ["save", "autoreact"]
        page.keyboard.press("Enter")
        page.wait_for_url("**/posts/*")
        with page.expect_navigation():
            page.keyboard.press("n")
        assert _live(curated)[2:] == [(first, "comment", {"words": "later"})]
        assert messages == []


def test_buttons_do_the_same_on_a_phone_without_scripts(desk: Desk, curated: CuratedPosts, address: str):
    with browser_page(viewport=SIZES["phone"], java_script_enabled=False, has_touch=True, is_mobile=True) as page:
        page.goto(f"{address}/sign-in/{desk.link()}")
        page.tap("main button.primary")
        page.wait_for_url("**/inbox")
        page.goto(f"{address}/posts")
        page.locator("[data-letter=s]").first.wait_for()
        assert page.locator("[data-letter=s] kbd").first.is_hidden()
        page.locator("[data-letter=t]").first.tap()
        page.locator("[name=text_t]").first.fill("We bake it too")
        page.locator("details[open] button").tap()
        page.locator("[aria-pressed=true]").wait_for()
        assert [action[1:] for action in _live(curated)] == [("repost", {"text": "We bake it too"})]
        page.locator("[aria-pressed=true]").tap()
        page.wait_for_url("**done=action_taken_back")
        assert _live(curated) == []


@pytest.mark.skipif(not AXE.exists(), reason="axe-core is not installed: make .venv/browser, which needs npm")
def test_nothing_serious_keeps_people_from_acting_on_posts(desk: Desk, curated: CuratedPosts, address: str):
    post_id = str(curated.value("select min(post_id) from scraping.post_records"))
    found = {}
    # Only the test's own script is let past the policy of the pages.
    with browser_page(viewport=SIZES["phone"], bypass_csp=True) as page:
        page.goto(f"{address}/sign-in/{desk.link()}")
        page.click("main button.primary")
        page.wait_for_url("**/inbox")
        page.goto(f"{address}/posts")
        page.locator("[data-letter=a]").first.click()
        page.locator("[aria-pressed=true]").wait_for()
        for code in ("en", "de", "ar"):
            curated.execute("update tenancy.web_sessions set language = %s", [code])
            for scheme in ("light", "dark"):
                page.emulate_media(color_scheme=scheme)
                for size in SIZES.values():
                    page.set_viewport_size(size)
                    for path in ("/posts", f"/posts/{post_id}"):
                        page.goto(f"{address}{path}")
                        page.evaluate("document.querySelectorAll('details').forEach((each) => { each.open = true })")
                        found[f"{code} {scheme} {path}"] = serious(page)
                        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, path
        assert {path: violations for path, violations in found.items() if violations} == {}
        page.set_content("<!doctype html><title>x</title><img src='x.png'><button></button>")
        assert len(serious(page)) >= 2
