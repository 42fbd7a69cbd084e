"""The rate of the generator `llm`: the model does not wait until its answers are checked."""

import threading
import time

import pytest

from syndication_assets.content.generation import llm_writer
from syndication_assets_tests.ai.chat_server import ChatServer, Reply, post
from syndication_assets_tests.content.llm_writing import write
from syndication_assets_tests.content.shop_in_tables import Shop

pytestmark = pytest.mark.one_server

PLATFORMS = ("facebook", "linkedin", "twitter", "threads", "mastodon", "bluesky")


def test_the_next_requests_are_sent_before_the_answers_are_checked(shop: Shop, monkeypatch: pytest.MonkeyPatch):
    """Six answers arrive at once, and checking one takes a tenth of a second: the slots are not empty for so long."""
    for platform in PLATFORMS:
        for channel_type in ("feed_post", "photo_post"):
            shop.channel(platform, channel_type)
    shop.product("kilt")
    shop.select()
    checked_before: list[int] = []
    checked: list[str] = []
    findings_of = llm_writer.findings_of

    def slowly(post_to_write, draft):
        checked.append(post_to_write.content_id)
        time.sleep(0.1)
        return findings_of(post_to_write, draft)

    all_asked = threading.Barrier(6)

    def answer(_: dict) -> Reply:
        checked_before.append(len(checked))
        if len(checked_before) <= 6:
            all_asked.wait(timeout=30)
        return post()

    monkeypatch.setattr(llm_writer, "findings_of", slowly)
    server = ChatServer(answer)
    write(shop, server, concurrency=6)
    assert checked_before[:6] == [0] * 6
    assert max(checked_before[6:12]) <= 3, "without priority, six are checked before the last of them"


def test_one_at_a_time_is_one_text_after_the_other(shop: Shop):
    """The answers of a server in their order give the same texts each time: a correction goes before the next post."""
    for platform in PLATFORMS[:3]:
        shop.channel(platform)
    shop.product("kilt")
    shop.select()
    server = ChatServer(post(text="It is only £1."), post())
    write(shop, server)
    assert ["Your answer breaks these rules" in question for question in server.questions()] == [
        False, True, False, False,
    ]  # fmt: skip
