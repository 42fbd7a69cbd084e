"""A landed file never changes: a load refuses one that did, and landing writes it completely and for few readers."""

import gzip
import hashlib
import os
import stat
from collections.abc import Callable

import pytest

from syndication_assets.landing.loading.withdrawal import withdraw_files
from syndication_assets.landing.zone.landing_zone import LandedFilesChangedError
from syndication_assets_tests.facts import differences, facts
from syndication_assets_tests.scraping.conftest import desk
from syndication_assets_tests.scraping.linkedin_dataset import MONDAY, Desk, activity_id, post

__all__ = ["desk"]

ONE = activity_id(1)
ITEM = b'{"urn": {"activity_urn": "%s"}, "text": "Shortbread", "stats": {"total_reactions": 3}}' % ONE.encode()


def _hash(content: bytes) -> str:
    return hashlib.blake2b(content, digest_size=16).hexdigest()


@pytest.mark.both_servers
@pytest.mark.parametrize(
    "change",
    [
        lambda content: content.replace(b'"total_reactions": 1', b'"total_reactions": 9'),
        lambda content: content[:-30],
        lambda _: b"",
        lambda _: b"[]",
    ],
    ids=["another number", "cut", "emptied", "an empty list"],
)
def test_a_file_that_was_changed_in_place_is_refused_with_both_hashes(desk: Desk, change: Callable[[bytes], bytes]):
    path = desk.land(MONDAY, 9, post(ONE))
    desk.load(MONDAY)
    before = facts(desk.url)
    content = (desk.root / path).read_bytes()
    changed = change(content)
    assert changed != content
    (desk.root / path).write_bytes(changed)
    with pytest.raises(LandedFilesChangedError) as refused:
        desk.load(MONDAY)
    message = str(refused.value)
    assert message.startswith(f"1 loaded file(s) of {MONDAY} were changed in {desk.root}; the first is {path}")
    assert f"was {_hash(content)}, now it is {_hash(changed)}" in message
    assert "`syndication withdraw`" in message
    assert differences(before, facts(desk.url)) == []


def test_a_file_that_cannot_be_read_any_more_is_refused(desk: Desk):
    path = desk.put(MONDAY, "dataset_anna.json.gz", gzip.compress(b"[" + ITEM + b"]"))
    desk.load(MONDAY)
    (desk.root / path).write_bytes(b"not gzip")
    with pytest.raises(LandedFilesChangedError, match="now it cannot be read"):
        desk.load(MONDAY)


def test_the_same_content_packed_again_is_the_same_file(desk: Desk):
    path = desk.put(MONDAY, "dataset_anna.json.gz", gzip.compress(b"[" + ITEM + b"]", 1))
    desk.load(MONDAY)
    (desk.root / path).write_bytes(gzip.compress(b"[" + ITEM + b"]", 9))
    desk.load(MONDAY)
    assert desk.value("select count(*) from scraping.data_downloads") == 1


def test_a_file_from_which_nothing_was_loaded_may_be_completed(desk: Desk):
    """A file that was read while it was copied."""
    content = b"[" + ITEM + b"]"
    path = desk.put(MONDAY, "dataset_anna.json", content[:-30])
    desk.load(MONDAY)
    assert desk.value("select count(*) from scraping.data_downloads") == 0
    (desk.root / path).write_bytes(content)
    desk.load(MONDAY)
    assert desk.value("select count(*) from scraping.data_downloads") == 1


def test_a_withdrawn_file_lands_again_with_other_content(desk: Desk):
    path = desk.land(MONDAY, 9, post(ONE))
    desk.load(MONDAY)
    withdraw_files(desk.url, desk.zone, [path], "the wrong export")
    desk.land(MONDAY, 9, post(ONE), post(activity_id(2)))
    desk.load(MONDAY)
    assert desk.value("select count(*) from scraping.data_downloads") == 2


def test_a_landed_file_is_on_the_disk_before_its_name_and_closed_to_others(desk: Desk, monkeypatch: pytest.MonkeyPatch):
    synced: list[str] = []
    fsync = os.fsync

    def recorded(descriptor: int) -> None:
        synced.append("folder" if stat.S_ISDIR(os.fstat(descriptor).st_mode) else "content")
        fsync(descriptor)

    monkeypatch.setattr(os, "fsync", recorded)
    path = desk.root / desk.land(MONDAY, 9, post(ONE))
    assert synced == ["content", "folder"]
    assert stat.S_IMODE(path.stat().st_mode) & stat.S_IRWXO == 0


def test_a_file_that_has_only_grown_was_read_while_it_was_copied(desk: Desk):
    content = b"[" + ITEM + b", " + ITEM.replace(ONE.encode(), activity_id(2).encode()) + b"]"
    path = desk.put(MONDAY, "dataset_anna.json", content[:-30])
    desk.load(MONDAY)
    assert desk.value("select count(*) from scraping.data_downloads") == 1
    (desk.root / path).write_bytes(content)
    desk.load(MONDAY)
    assert desk.value("select count(*) from scraping.data_downloads") == 2
