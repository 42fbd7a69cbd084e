"""Letters and buttons for actions on posts: who may, what they queue, and that the same one takes it back."""

from typing import Any

import pytest

from syndication_assets.curation.actions.action_queue import start_action
from syndication_assets_tests.curation.curated_posts import CuratedPosts
from syndication_assets_tests.engagement.snapshots import moment
from syndication_assets_tests.web.desk import PASSWORD, Browser, Desk

pytestmark = pytest.mark.one_server

WORDS = {"text_c": "Well said", "text_t": "We bake it too", "reaction": "love"}
QUEUED = {
    "q": ("repost", {}),
    "a": ("autoreact", {"reaction": "love"}),
    "c": ("comment", {"text": "Well said"}),
    "n": ("comment", {"words": "later"}),
    "t": ("repost", {"text": "We bake it too"}),
    "r": ("repost", {"words": "later"}),
    "s": ("save", {}),
}


class Reader:
    """An editor before the posts of the default organization."""

    def __init__(self, desk: Desk) -> None:
        self.curated = CuratedPosts(desk.url)
        self.post_id = self.curated.written("Bread")
        self.curated.run(1)
        desk.person("olga@bakery.example", "owner", self.curated.organization_id)
        self.user_id = desk.person("eva@bakery.example", "editor", self.curated.organization_id)
        self.browser: Browser = desk.browser()
        self.browser.sign_in("eva@bakery.example")

    def press(self, kind: str, letter: str, *, status: int = 200, **fields: str) -> str:
        values = {kind: letter, "to": "/posts?text=bread", **WORDS, **fields}
        return self.browser.post(f"/posts/{self.post_id}/actions", status=status, **values)

    def live(self) -> list[tuple[Any, ...]]:
        return self.curated.rows(
            "select action_type, parameters from curation.actions where state = 'queued' order by created_at"
        )


@pytest.fixture
def reader(desk: Desk) -> Reader:
    return Reader(desk)


@pytest.mark.parametrize("letter", list(QUEUED))
def test_a_letter_queues_its_action_and_takes_it_back(reader: Reader, letter: str):
    shown = reader.press("put", letter)
    assert "The action waits in the queue." in shown
    assert f'name="take" value="{letter}" aria-pressed="true"' in shown
    assert f'<a href="/posts/{reader.post_id}" autofocus>' in shown
    assert reader.live() == [QUEUED[letter]]
    assert reader.curated.rows("select queued_by from curation.actions") == [(reader.user_id,)]
    # Twice is once.
    reader.press("put", letter)
    assert reader.live() == [QUEUED[letter]]
    shown = reader.press("take", letter)
    assert "The action is taken back." in shown
    assert 'aria-pressed="true"' not in shown
    assert reader.curated.rows("select state::text from curation.actions") == [("cancelled",)]
    reader.press("take", letter)
    reader.press("put", letter)
    assert reader.live() == [QUEUED[letter]]


def test_another_letter_of_the_same_kind_takes_its_place(reader: Reader):
    for letter in ("q", "t", "r", "s"):
        reader.press("put", letter)
    assert reader.live() == [QUEUED["r"], QUEUED["s"]]
    page = reader.browser.get(f"/posts/{reader.post_id}")
    assert page.count('aria-pressed="true"') == 2


def test_what_somebody_has_started_is_not_taken_back(reader: Reader):
    reader.press("put", "q")
    action = start_action(reader.curated.url, None, moment(30))
    assert "is in progress" in reader.press("take", "q", status=409)
    assert "is in progress" in reader.press("put", "t", status=409)
    assert reader.curated.rows("select action_id, state::text from curation.actions") == [
        (action.action_id, "in_progress")
    ]


def test_words_and_letters_are_checked(reader: Reader):
    assert "Write the words first" in reader.press("put", "c", text_c="  ", status=409)
    assert "There is no action for" in reader.press("put", "x", status=409)
    assert "autoreact cannot have" in reader.press("put", "a", reaction="anger", status=409)
    assert "There is no such action." in reader.browser.post(f"/posts/{reader.post_id}/actions", status=404)
    assert reader.live() == []


def test_only_who_may_act_does_and_only_in_an_own_organization(desk: Desk, reader: Reader):
    organization_id = reader.curated.organization_id
    desk.person("vic@bakery.example", "viewer", organization_id)
    viewer = desk.browser()
    viewer.sign_in("vic@bakery.example", PASSWORD)
    assert reader.post_id in viewer.get("/posts")
    assert "data-letter" not in viewer.get("/posts")
    assert "data-letter" not in viewer.get(f"/posts/{reader.post_id}")
    token = viewer.form_token()
    viewer.post(f"/posts/{reader.post_id}/actions", status=403, put="q", form_token=token)
    other = reader.curated.value(
        "insert into tenancy.organizations (slug, name) values ('other', 'O') returning organization_id"
    )
    desk.person("oda@other.example", "owner", other)
    stranger = desk.browser()
    stranger.sign_in("oda@other.example", PASSWORD)
    stranger.post(f"/posts/{reader.post_id}/actions", status=404, put="q")
    assert "belongs to another session" in reader.press("put", "q", status=403, form_token="0")
    assert reader.live() == []
    reader.press("put", "q")
    assert reader.live() == [QUEUED["q"]]


def test_the_page_goes_back_to_this_site_only(reader: Reader):
    response = reader.browser.client.post(
        f"/posts/{reader.post_id}/actions",
        data={"put": "q", "to": "https://evil.example/", "form_token": reader.browser.form_token()},
        headers={"Origin": "http://127.0.0.1"},
        follow_redirects=False,
    )
    assert response.headers["location"].startswith("/?")
