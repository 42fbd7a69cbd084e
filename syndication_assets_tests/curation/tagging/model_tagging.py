"""Posts, tags for models, and a server on loopback that answers about the posts of a question."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from syndication_assets.curation.tagging.tagging_run import TaggingRun, tag_days
from syndication_assets.settings import Settings
from syndication_assets_tests.ai.chat_server import ChatServer, Reply, completion
from syndication_assets_tests.curation.curated_posts import CuratedPosts
from syndication_assets_tests.engagement.snapshots import day

KEY = "sk-canary-7Qv9zKpW3mXt"
Tags = list[dict[str, Any]]


def found(tag: str, confidence: float = 0.9, why: str = "a loaf") -> dict[str, Any]:
    return {"tag": tag, "confidence": confidence, "why": why}


def asked_posts(request: dict[str, Any]) -> dict[int, str]:
    """The texts of a question by their number."""
    content = request["messages"][1]["content"]
    posts = json.loads(content.partition("<posts>")[2].partition("</posts>")[0])["posts"]
    return {post["post"]: post["text"] for post in posts}


def answering(tags_of: Callable[[str], Tags], new_tags: list[str] | None = None) -> Callable[[dict[str, Any]], Reply]:
    """Answers about each post of a question by its text."""

    def reply(request: dict[str, Any]) -> Reply:
        posts = [
            {"post": number, "tags": tags_of(text), "new_tags": new_tags or []}
            for number, text in asked_posts(request).items()
        ]
        return completion(json.dumps({"posts": posts}))

    return reply


@contextmanager
def model_at(server: ChatServer, monkeypatch: pytest.MonkeyPatch, **settings: str) -> Iterator[ChatServer]:
    """The settings name the running server."""
    values = {"OPENAI_API_KEY": KEY, "OPENAI_BASE_URL": server.url, "SYNDICATION_LLM_MODEL": "small"}
    with server.running():
        for name, value in {**values, "SYNDICATION_LLM_CONCURRENCY": "1", **settings}.items():
            monkeypatch.setenv(name, value)
        yield server


def tag(curated: CuratedPosts, first: int = 1, last: int = 1) -> TaggingRun:
    """A run over the numbered days."""
    return tag_days(curated.url, day(first), day(last + 1), Settings.from_environment(), "run-1")


def tag_for_models(curated: CuratedPosts, name: str, **columns: Any) -> str:
    return curated.insert("curation.tags", "tag_id", tag_name=name, is_for_models=True, **columns)


def said_by_models(curated: CuratedPosts) -> dict[tuple[str, str], tuple[str, float]]:
    """(text, tag) → state and confidence."""
    rows = curated.rows(
        "select p.text_content, g.tag_name, t.state::text, t.confidence from curation.post_tags as t"
        " join curation.tags as g using (organization_id, tag_id)"
        " join scraping.post_records as p using (organization_id, post_id) where t.applied_by = 'ai'"
    )
    return {(text, name): (state, round(confidence, 3)) for text, name, state, confidence in rows}
