"""A run that is killed: what is on record as answered is there, and is not paid for again."""

import os
import signal
import subprocess
import sys

import pytest

from syndication_assets_tests.ai.chat_server import ChatServer
from syndication_assets_tests.curation.curated_posts import CuratedPosts
from syndication_assets_tests.curation.tagging.model_tagging import (
    answering,
    found,
    model_at,
    said_by_models,
    tag,
    tag_for_models,
)
from syndication_assets_tests.engagement.snapshots import day

_KILLED = """
import sys
from datetime import date
from syndication_assets.curation.tagging.tagging_run import tag_days
from syndication_assets.settings import Settings

url, first_day, end_day = sys.argv[1:]
tag_days(url, date.fromisoformat(first_day), date.fromisoformat(end_day), Settings.from_environment(), "killed")
"""


@pytest.mark.parametrize(
    ("point", "answered", "requests"),
    [
        # Neither the call nor its answer: the reservation stays, and the post is asked about again.
        ("post_classifications.before_commit", 0, 2),
        # Both: the next run writes the tags, and asks nothing.
        ("post_classifications.asked", 1, 1),
    ],
)
def test_a_killed_run_pays_for_no_stored_answer_again(
    curated: CuratedPosts, monkeypatch: pytest.MonkeyPatch, point: str, answered: int, requests: int
):
    tag_for_models(curated, "baking")
    curated.written("bread")
    with model_at(ChatServer(answering(lambda _: [found("baking")])), monkeypatch) as server:
        killed = subprocess.run(
            [sys.executable, "-c", _KILLED, curated.url, str(day(1)), str(day(2))],
            env=os.environ | {"SYNDICATION_FAULT_POINT": point},
            check=False,
        )
        assert killed.returncode == -signal.SIGKILL
        assert said_by_models(curated) == {}
        assert curated.value("select count(*) from operations.api_usage where used_at is not null") == 1
        for table in ("curation.post_classifications", "ai.llm_calls"):
            assert curated.value(f"select count(*) from {table}") == answered
        tag(curated)
        assert len(server.requests) == requests
    assert said_by_models(curated) == {("bread", "baking"): ("applied", 0.9)}
