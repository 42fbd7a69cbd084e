"""Files with a canary in what is bad, between good posts."""

import json
import logging

import pytest

from syndication_assets.scraping.loading.post_load import DayLoad
from syndication_assets_tests.scraping.linkedin_dataset import MONDAY, Desk, activity_id, name, post

CANARY = "canary-7f3a"
"""Contained in every payload; must not appear anywhere else."""

GOOD_TEXTS = ((1, "first"), (3, "last"))

GOOD = [post(activity_id(n), text=text) for n, text in GOOD_TEXTS]

FILE = name("anna", MONDAY, 9)

QUARANTINE = "select source_file_path, position, reason from landing.quarantine where replayed_at is null order by 1, 2"


def around(item: bytes, number: int = 0) -> bytes:
    """A file with this item between two good items, which depend on the number."""
    first, last = (json.dumps(post(activity_id(100 * number + n), text=text)).encode() for n, text in GOOD_TEXTS)
    return b"[" + first + b"," + item + b"," + last + b"]"


def changed(**changes: object) -> bytes:
    return json.dumps(post(activity_id(2), text=CANARY) | changes).encode()


def load_with_canary(desk: Desk, caplog: pytest.LogCaptureFixture, **more: int) -> DayLoad:
    """Loads Monday and asserts that neither logs nor metadata contain a payload."""
    caplog.set_level(logging.DEBUG)
    (load,) = desk.load(MONDAY, **more)
    assert CANARY not in caplog.text
    assert CANARY not in repr(load)
    stored = [desk.rows(QUARANTINE), desk.rows("select unknown_keys::text, error_message from scraping.download_runs")]
    assert CANARY not in repr(stored)
    return load
