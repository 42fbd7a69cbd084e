"""What is stored of videos and documents, what hosts may be asked for, and what a run reads again."""

import os

import pytest
from click.testing import CliRunner

from syndication_assets.cli.main import main
from syndication_assets.database.connection import load_sql, transaction
from syndication_assets.media.cache.caching import MediaCache
from syndication_assets.media.contents.reading import read_content
from syndication_assets.media.file_repair import damaged_files
from syndication_assets.media.media_store import MediaStore
from syndication_assets.media.stored_files import orphans
from syndication_assets.operations.stores.owned_store import MARK
from syndication_assets.settings import Settings
from syndication_assets_tests.media.conftest import TUESDAY, Shelf
from syndication_assets_tests.media.media_samples import VIDEO, document, picture, video
from syndication_assets_tests.scraping.linkedin_dataset import MONDAY, activity_id, post

EXPIRED = 1_762_777_560
"""10 November 2025: after the posts were observed, and before now."""


def scrape_video_and_document(shelf: Shelf, clip: bytes) -> None:
    film = {"type": "video", "url": shelf.serve("/film.mp4", clip, "video/mp4")}
    paper = {"title": "Report", "page_count": 2, "url": shelf.serve("/report.pdf", document(), "application/pdf")}
    shelf.desk.land(
        MONDAY,
        9,
        post(activity_id(1)) | {"media": film},
        post(activity_id(2)) | {"media": {"type": "document", "document": paper}},
        username="anna",
    )
    shelf.desk.load(MONDAY)


def test_a_video_and_a_document_are_stored_with_posters_that_are_verified_and_kept(shelf: Shelf):
    scrape_video_and_document(shelf, video(size=(320, 240)))
    shelf.cache()
    assert shelf.desk.rows(
        "select mime_type, width, height, duration_seconds::int, page_count, thumbnail_path is not null,"
        " poster_path is not null, no_preview_reason from media.media_files order by mime_type"
    ) == [
        ("application/pdf", None, None, None, 2, True, True, None),
        ("video/mp4", 320, 240, 6, None, True, True, None),
    ]
    store = MediaStore(str(shelf.media_directory))
    assert list(damaged_files(shelf.url, store)) == [None, None]
    files = [path for path in shelf.media_directory.rglob("*") if path.is_file() and path.name != MARK]
    for path in files:
        os.utime(path, (0, 0))
    assert (len(files), orphans(shelf.url, store)) == (6, [])

    poster = shelf.desk.value("select poster_path from media.media_files where mime_type = 'video/mp4'")
    store.claim(shelf.url)
    store.remove(poster)
    (damage, _) = sorted(damaged_files(shelf.url, store), key=lambda each: each is None)
    assert damage is not None
    assert damage.path == poster


def test_a_broken_video_ends_with_the_reason(shelf: Shelf):
    scrape_video_and_document(shelf, VIDEO)
    shelf.cache()
    assert shelf.desk.rows(
        "select state::text, split_part(reason, ' (', 1) from media.cached_media order by state"
    ) == [
        ("cached", None),
        ("rejected", "the video cannot be decoded"),
    ]


def found(shelf: Shelf) -> int:
    """How many media a run would look at, reading the newest payload of each."""
    with transaction(shelf.url) as connection:
        parameters = {"maximum": 99, "after_organization": "", "after_media": ""}
        return len(connection.execute(load_sql("media/cached_media/found.sql"), parameters).fetchall())


def test_a_dead_url_is_looked_up_once_for_each_newer_observation(shelf: Shelf):
    url = shelf.serve("/a.jpg", picture()) + f"?e={EXPIRED}"
    shelf.scrape(url)
    assert found(shelf) == 1
    shelf.cache()
    assert found(shelf) == 0
    shelf.scrape(url, day=TUESDAY)
    assert found(shelf) == 1
    since = shelf.desk.value("select state_since from media.cached_media")
    assert shelf.cache().queued == 0
    assert found(shelf) == 0
    assert shelf.desk.value("select state_since from media.cached_media") == since
    # The negative control: without the observation, each run would look at it.
    shelf.desk.execute("update media.cached_media set url_observed_at = null")
    assert found(shelf) == 1


def test_a_host_that_has_sent_its_bytes_leaves_the_rest_to_the_next_run(shelf: Shelf):
    shelf.internet.names["news.example"] = ["93.184.215.14"]
    shelf.settings = {"media_connections": 1}
    shelf.desk.execute("insert into media.host_limits (host, connections, run_bytes) values ('blog.example', 1, 1)")
    pictures = [shelf.serve(f"/{number}.jpg", picture(seed=number)) for number in range(4)]
    shelf.scrape(*pictures[:3], pictures[3].replace("blog.example", "news.example"))
    run = shelf.cache()
    assert (run.states["cached"], run.is_at_budget) == (2, True)
    assert shelf.desk.rows("select host, state::text from media.cached_media order by host, 2") == [
        ("blog.example", "cached"),
        ("blog.example", "waiting"),
        ("blog.example", "waiting"),
        ("news.example", "cached"),
    ]
    shelf.desk.execute("delete from media.host_limits where host = 'blog.example'")
    run = shelf.cache()
    assert (run.states["cached"], run.is_at_budget) == (2, False)


def test_the_cache_that_everybody_runs_connects_to_no_private_address(shelf: Shelf):
    """The demo gives its own files to the cache; nothing that a deployment can set does so."""
    shelf.scrape(f"https://127.0.0.1:{shelf.internet.port}/a.jpg")
    settings = Settings.from_environment().model_copy(update={"media_url": str(shelf.media_directory)})
    run = MediaCache(shelf.url, settings, read=read_content).run()
    assert dict(run.states) == {"rejected": 1}
    assert shelf.internet.requests == []


def test_an_erased_organization_leaves_no_media(shelf: Shelf, monkeypatch: pytest.MonkeyPatch):
    scrape_video_and_document(shelf, video(size=(320, 240)))
    shelf.cache()
    store = MediaStore(str(shelf.media_directory))
    store.claim(shelf.url)
    other = store.store("org-00000000", b"\xff\xd8\xff", "image/jpeg")[1]
    monkeypatch.setenv("SYNDICATION_DATABASE_URL", shelf.url)
    monkeypatch.setenv("SYNDICATION_LOCAL_DIR", str(shelf.directory / "local"))
    monkeypatch.setenv("SYNDICATION_MEDIA_URL", str(shelf.media_directory))
    erased = CliRunner().invoke(main, ["organization", "erase", "default", "--yes"])
    assert erased.exit_code == 0, erased.output
    assert "6 media files, small copies included, will be erased" in erased.output
    assert "6 media files." in erased.output
    left = {path for path in shelf.media_directory.rglob("*") if path.is_file()}
    assert left == {shelf.media_directory / other, shelf.media_directory / MARK}
