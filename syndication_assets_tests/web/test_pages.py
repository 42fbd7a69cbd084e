"""The calendar, the posts and the state: what they show, and of whom."""

import pytest

from syndication_assets_tests.curation.curated_posts import CuratedPosts
from syndication_assets_tests.publishing.publishing_queue import DAY, PublishingQueue
from syndication_assets_tests.web.desk import Browser, Desk

pytestmark = pytest.mark.one_server


@pytest.fixture
def browser(desk: Desk) -> Browser:
    """Of whoever runs the server."""
    browser = desk.browser()
    browser.open_link(desk.link())
    return browser


def test_the_calendar_shows_a_week_and_leads_to_the_next_posts(desk: Desk, browser: Browser):
    queue = PublishingQueue(desk.url)
    (target_id,) = queue.due(queue.page(), text="Morning <b>bread</b>")
    page = browser.get(f"/calendar?week={DAY}")
    assert "Morning &lt;b&gt;bread&lt;/b&gt;" in page
    assert f"/targets/{target_id}/cancel" in page
    assert f"week={DAY}" in browser.get("/calendar?week=2024-01-01")
    moved = browser.post(f"/targets/{target_id}/move", day="2099-01-05", status=409)
    assert "no free slot" in moved  # of a page without a schedule
    browser.post(f"/targets/{target_id}/move", day="soon", status=404)
    browser.get("/calendar?week=tomorrow", status=404)
    browser.get("/calendar?week=0001-01-01", status=404)
    assert "The post is cancelled." in browser.post(f"/targets/{target_id}/cancel", to=f"/calendar?week={DAY}")
    assert queue.states() == ["cancelled"]
    browser.post("/targets/tgt-00000000/cancel", status=404)


def test_posts_are_searched_and_marked_and_what_was_not_measured_has_a_dash(desk: Desk, browser: Browser):
    curated = CuratedPosts(desk.url)
    post_id = curated.written("Bread <script>alert(1)</script>")
    curated.tag("baking")
    curated.run(1)
    curated.decide(post_id, "baking", "applied")
    page = browser.get("/posts?text=bread&tag=baking")
    assert f"/posts/{post_id}" in page
    assert "<script>alert" not in page
    assert "reactions 10" in page
    assert "shares \N{EN DASH}" in page
    assert "No post was found." in browser.get("/posts?text=cheese")
    assert "no tag" in browser.get("/posts?tag=nothing")
    shown = browser.get(f"/posts/{post_id}")
    assert "<polyline" in shown
    browser.post(f"/posts/{post_id}/mark", marked="yes")
    assert f"/posts/{post_id}" in browser.get("/posts?marked=on")
    browser.get("/posts/p-00000000", status=404)


def test_the_state_names_the_organization_s_problems_and_no_other_s(desk: Desk, browser: Browser):
    curated = CuratedPosts(desk.url)
    other = curated.value(
        "insert into tenancy.organizations (slug, name) values ('other', 'O') returning organization_id"
    )
    for organization_id, reason in ((curated.organization_id, "it is torn"), (other, "it is theirs")):
        curated.execute(
            "insert into landing.quarantine (organization_id, source, landed_on, source_file_path, reason,"
            " payload_bytes) values (%s, 'linkedin_apify', '2025-11-03', 'x', %s, 2)",
            [organization_id, reason],
        )
    page = browser.get("/status")
    assert "it is torn" in page
    assert "it is theirs" not in page
