"""A run of the cache that is killed, has a rival, or no room: nothing is lost, and the next run ends the work."""

import os
import signal
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import dagster as dg
import pytest

from syndication_assets.database.connection import connect
from syndication_assets.errors import SyndicationError
from syndication_assets.media import assets
from syndication_assets.media.assets import cached_media
from syndication_assets.media.media_store import MediaStore, MediaStoreError
from syndication_assets_tests.media.conftest import Shelf
from syndication_assets_tests.media.media_samples import picture

RED, BLUE = picture(seed=1), picture(seed=2)
_KILLED = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from syndication_assets_tests.documents.feed_server import Internet
from syndication_assets_tests.media.conftest import cache_of

directory, port, url, media = sys.argv[1:]
cache_of(Internet(Path(directory), port=int(port)), url, {"media_url": media}).run()
"""


def test_a_run_that_is_killed_between_file_and_row_is_completed_by_the_next(shelf: Shelf):
    shelf.scrape(shelf.serve("/a.jpg", RED), shelf.serve("/b.jpg", BLUE))
    arguments = [str(shelf.internet.directory), str(shelf.internet.port), shelf.url, str(shelf.media_directory)]
    killed = subprocess.run(
        [sys.executable, "-c", _KILLED, *arguments],
        env=os.environ | {"SYNDICATION_FAULT_POINT": "media.before_rows"},
        check=False,
    )
    assert killed.returncode == -signal.SIGKILL
    assert {state for state, _ in shelf.states()} == {"waiting"}
    stored = shelf.stored()
    assert len(stored) == 2

    assert dict(shelf.cache().states) == {"cached": 2}
    assert shelf.stored() == stored


def test_two_runs_do_not_fetch_at_once(shelf: Shelf):
    shelf.scrape(shelf.serve("/a.jpg", RED))
    with connect(shelf.url, autocommit=True) as rival:
        rival.execute("select pg_advisory_lock(hashtext('media cache'), 0)")
        with pytest.raises(SyndicationError, match="Another run caches media now"):
            shelf.cache()
    assert dict(shelf.cache().states) == {"cached": 1}


def test_a_full_disk_loses_nothing(shelf: Shelf, monkeypatch: pytest.MonkeyPatch):
    shelf.settings = {"media_connections": 1}
    shelf.scrape(shelf.serve("/a.jpg", RED), shelf.serve("/b.jpg", BLUE))

    def is_full(self: MediaStore, *_: object) -> None:
        with self._errors("written"):
            raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(MediaStore, "_write", is_full)
        with pytest.raises(MediaStoreError, match=r"No space left on device.*Free space"):
            shelf.cache()
    assert {state for state, _ in shelf.states()} == {"waiting"}
    assert dict(shelf.cache().states) == {"cached": 2}


def test_the_asset_shows_what_it_cached(shelf: Shelf, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("SYNDICATION_DATABASE_URL", shelf.url)
    monkeypatch.setenv("SYNDICATION_MEDIA_URL", str(shelf.media_directory))
    monkeypatch.setattr(assets, "MediaCache", lambda *_, **__: shelf.media_cache())
    shelf.scrape(shelf.serve("/a.jpg", RED), shelf.serve("/b.jpg", b"", None, 404))
    with dg.DagsterInstance.ephemeral(tempdir=str(tmp_path)) as instance:
        result = dg.materialize([cached_media], instance=instance)
    (materialization,) = result.asset_materializations_for_node("media__cached_media")
    shown = {name: value.value for name, value in materialization.metadata.items()}
    assert (shown["media_found"], shown["media_cached"], shown["bytes_fetched"]) == (2, 1, len(RED))
    assert "the server answered 404" in shown["not_cached"]
    assert shown["contact_sheet"].startswith(
        f"![The newest media cached on {datetime.now(UTC).date()}](data:image/jpeg;base64,"
    )
    assert "| default | 1 | 0 | 0 | 0 | 1 |" in shown["cache"]


def test_urls_that_expired_at_different_times_are_one_reason(shelf: Shelf):
    expired = int(datetime(2025, 11, 10, tzinfo=UTC).timestamp())
    shelf.scrape(*(f"{shelf.serve(f'/{number}.jpg', RED)}?e={expired + number}" for number in range(3)))
    assert shelf.cache().reasons == {"the URL expired": 3}
