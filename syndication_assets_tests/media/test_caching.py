"""Media of scraped posts are fetched once, stored by their content, and end in states that a person can act on."""

import hashlib
import os
from collections import deque
from datetime import UTC, datetime, timedelta

import pytest

from syndication_assets.media.cache.caching import retry_media
from syndication_assets.media.cache.outcomes import CacheState
from syndication_assets.media.file_repair import damaged_files
from syndication_assets.media.media_store import MediaStore, MediaStoreError
from syndication_assets.media.stored_files import orphans
from syndication_assets.operations.stores.owned_store import MARK
from syndication_assets_tests.documents.feed_server import Answer
from syndication_assets_tests.media.conftest import SIGNED_UNTIL, TUESDAY, Shelf
from syndication_assets_tests.media.media_samples import PAGE, VIDEO, picture, png_of_claimed_size

RED = picture(seed=1)
EXPIRED = int(datetime(2025, 11, 10, 12, 26, tzinfo=UTC).timestamp())
"""After the posts were observed, and before now."""


def test_a_picture_of_two_posts_is_stored_once(shelf: Shelf):
    first, second = shelf.serve("/a.jpg", RED), shelf.serve("/b.jpg", RED)
    shelf.scrape(first, post_number=1)
    shelf.scrape(second, hour=10, post_number=2)

    run = shelf.cache()

    assert (run.queued, dict(run.states)) == (2, {"cached": 2})
    (path,) = shelf.stored()
    assert path.read_bytes() == RED
    assert path.stem == hashlib.sha256(RED).hexdigest()
    assert shelf.desk.rows(
        "select count(*), count(distinct post_id), min(width), min(height), min(mime_type), min(size_bytes)"
        " from media.post_media_files where state = 'cached'"
    ) == [(2, 2, 640, 480, "image/jpeg", len(RED))]
    assert shelf.desk.value("select count(*) from media.media_files") == 1


def test_nothing_is_fetched_twice(shelf: Shelf):
    shelf.read = None  # in a child process, as in production
    shelf.scrape(shelf.serve("/a.jpg", RED))
    shelf.cache()
    again = shelf.cache()
    assert (again.queued, dict(again.states), len(shelf.internet.requests)) == (0, {}, 1)


def test_what_expires_first_is_fetched_first(shelf: Shelf):
    shelf.settings = {"media_connections": 1}
    paths = {"/never.jpg": "", "/late.jpg": f"?e={SIGNED_UNTIL}", "/soon.jpg": f"?e={SIGNED_UNTIL - 9}"}
    shelf.scrape(*(shelf.serve(path, picture(seed=place)) + query for place, (path, query) in enumerate(paths.items())))
    shelf.cache()
    assert [path.partition("?")[0] for _, path in shelf.internet.requests] == ["/soon.jpg", "/late.jpg", "/never.jpg"]


def test_an_expired_url_waits_for_the_next_scrape(shelf: Shelf):
    url = shelf.serve("/a.jpg", RED)
    shelf.scrape(f"{url}?e={EXPIRED}")
    shelf.cache()
    assert shelf.states() == [("expired", "the URL expired at 2025-11-10 12:26 UTC")]
    assert shelf.internet.requests == []

    shelf.scrape(f"{url}?e={EXPIRED + 60}", day=TUESDAY)
    shelf.desk.execute("update media.cached_media set state_since = '2025-11-03'")
    shelf.cache()
    assert shelf.states() == [("expired", "the URL expired at 2025-11-10 12:27 UTC")]

    shelf.scrape(f"{url}?e={SIGNED_UNTIL}", day=TUESDAY, hour=12)
    shelf.desk.execute("update media.cached_media set state_since = '2025-11-03'")
    assert dict(shelf.cache().states) == {"cached": 1}


def test_a_url_that_was_shown_after_its_expiry_is_asked_for_all_the_same(shelf: Shelf):
    before_the_observation = int(datetime(2025, 11, 2, tzinfo=UTC).timestamp())
    shelf.scrape(shelf.serve("/a.jpg", RED) + f"?e={before_the_observation}")
    assert dict(shelf.cache().states) == {"cached": 1}
    assert shelf.desk.value("select url_expires_at from media.cached_media") is None


@pytest.mark.parametrize(
    ("length", "state", "reason"),
    [
        (len(RED) + 10, "waiting", "the connection failed (RemoteProtocolError)"),
        (len(RED) // 2, "rejected", "the picture cannot be decoded (OSError)"),
        (0, "waiting", "the answer was empty"),
    ],
)
def test_a_server_that_lies_about_the_length_ends_in_a_state(shelf: Shelf, length: int, state: str, reason: str):
    url = shelf.serve("/a.jpg", RED)
    shelf.internet.pages["/a.jpg"] = Answer(200, RED, {"Content-Type": "image/jpeg", "Content-Length": str(length)})
    shelf.scrape(url)
    shelf.cache()
    assert shelf.states() == [(state, reason)]
    assert shelf.stored() == []


def test_media_wait_with_the_reason_while_their_organization_stores_all_that_it_may(shelf: Shelf):
    shelf.settings = {"media_connections": 1}
    shelf.scrape(*(shelf.serve(f"/{place}.jpg", picture(seed=place)) for place in range(8)))
    shelf.desk.execute(
        "insert into tenancy.organization_limits (organization_id, tier, storage_bytes)"
        " select organization_id, 'free', %s from tenancy.organizations",
        [shelf.desk.value("select sum(size_bytes) from landing.files") + 1],
    )
    run = shelf.cache()
    cached = run.states["cached"]
    assert 1 <= cached < 8, "what is fetched when the limit is reached is stored, and no more"
    assert len(run.full) == 1
    assert shelf.states().count(("waiting", "the organization stores all that it may")) == 8 - cached
    assert shelf.cache().states.total() == 0
    shelf.desk.execute("update tenancy.organization_limits set storage_bytes = null")
    assert (shelf.cache().full, {state for state, _ in shelf.states()}) == ([], {"cached"})


@pytest.mark.parametrize(
    ("content", "mime_type", "status", "state", "reason"),
    [
        (b"", None, 404, "gone", "the server answered 404"),
        (b"", None, 410, "gone", "the server answered 410"),
        (b"", None, 401, "rejected", "the server answered 401"),
        (b"", None, 503, "waiting", "the server answered 503"),
        (b"", None, 200, "waiting", "the answer was empty"),
        (PAGE, "image/jpeg", 200, "rejected", "the server answered with a page instead of a file"),
        (RED, "text/html", 200, "rejected", "the server declares text, and the content is image/jpeg"),
        (VIDEO, "image/jpeg", 200, "rejected", "the post has an image here, and the content is video/mp4"),
        (RED[:3000], "image/jpeg", 200, "rejected", "the picture cannot be decoded (OSError)"),
        (
            png_of_claimed_size(30_000, 30_000), "image/png", 200, "rejected",
            "the picture has more than 50,000,000 pixels, which is too large",
        ),
        (b"\xff" * 200_000, "image/jpeg", 200, "rejected", "the answer is larger than 100,000 bytes"),
    ],
)  # fmt: skip
def test_what_is_no_picture_is_not_stored(
    shelf: Shelf, content: bytes, mime_type: str | None, status: int, state: str, reason: str
):
    shelf.settings = {"media_maximum_bytes": 100_000}
    shelf.scrape(shelf.serve("/a.jpg", content, mime_type, status))
    shelf.cache()
    assert shelf.states() == [(state, reason)]
    assert shelf.stored() == []


@pytest.mark.parametrize(
    "target",
    ["http://blog.example/a.jpg", "https://127.0.0.1/a.jpg", "https://private.example/a.jpg", "file:///etc/passwd"],
)
def test_a_redirect_to_what_is_not_public_is_refused(shelf: Shelf, target: str):
    shelf.internet.names |= {"private.example": ["10.0.0.1"], "127.0.0.1": ["127.0.0.1"]}
    url = shelf.serve("/a.jpg", RED)
    shelf.internet.pages["/a.jpg"] = Answer(302, b"", {"Location": target})
    shelf.scrape(url)
    shelf.cache()
    ((state, reason),) = shelf.states()
    assert state == "rejected"
    assert reason
    assert "a.jpg" not in reason
    assert len(shelf.internet.requests) == 1


def test_a_server_that_comes_back_is_asked_again_later(shelf: Shelf):
    url = shelf.serve("/a.jpg", RED)
    shelf.internet.pages["/a.jpg"] = deque([Answer(503, b""), Answer(200, RED, {"Content-Type": "image/jpeg"})])
    shelf.scrape(url)
    shelf.cache()
    assert dict(shelf.cache().states) == {}
    shelf.desk.execute("update media.cached_media set next_attempt_at = next_attempt_at - interval '5 minutes'")
    assert dict(shelf.cache().states) == {"cached": 1}
    assert shelf.desk.rows("select attempts, reason from media.cached_media") == [(2, None)]


def test_after_five_attempts_a_person_decides(shelf: Shelf):
    shelf.scrape(shelf.serve("/a.jpg", b"", None, 503))
    for _ in range(5):
        shelf.cache()
        shelf.desk.execute("update media.cached_media set next_attempt_at = now() where state = 'waiting'")
    assert shelf.states() == [("failed", "the server answered 503, in 5 attempts")]
    shelf.serve("/a.jpg", RED)
    organization_id = shelf.desk.value("select organization_id from media.cached_media")
    assert retry_media(shelf.url, organization_id, CacheState.FAILED) == 1
    assert dict(shelf.cache().states) == {"cached": 1}


def test_a_run_stops_at_its_budget_and_the_next_goes_on(shelf: Shelf):
    shelf.settings = {"media_connections": 1, "media_run_bytes": len(RED)}
    shelf.scrape(*(shelf.serve(f"/{number}.jpg", picture(seed=number)) for number in range(6)))
    run = shelf.cache()
    assert run.is_at_budget
    assert 1 <= run.states["cached"] < 6
    shelf.settings = {}
    assert shelf.cache().states["cached"] == 6 - run.states["cached"]


def test_a_file_without_a_row_is_found_and_one_with_a_row_is_kept(shelf: Shelf):
    shelf.scrape(shelf.serve("/a.jpg", RED))
    shelf.cache()
    store = MediaStore(str(shelf.media_directory))
    store.claim(shelf.url)
    store.store("org-00000000", b"\xff\xd8\xff left", "image/jpeg")
    assert orphans(shelf.url, store) == []
    for path in shelf.stored():
        os.utime(path, (0, 0))
    (orphan,) = orphans(shelf.url, store)
    assert orphan.path.startswith("org-00000000/")
    (shelf.media_directory / MARK).write_text("7/1/16384\n")
    with pytest.raises(MediaStoreError, match="SYNDICATION_MEDIA_URL to an empty place"):
        MediaStore(str(shelf.media_directory)).claim(shelf.url)
    with pytest.raises(MediaStoreError, match="belongs to another database"):
        shelf.cache()
    store.remove(orphan.path)
    assert len(shelf.stored()) == 1


def test_a_damaged_file_is_found(shelf: Shelf):
    shelf.scrape(shelf.serve("/a.jpg", RED))
    shelf.cache()
    store = MediaStore(str(shelf.media_directory))
    assert list(damaged_files(shelf.url, store)) == [None]
    (path,) = shelf.stored()
    path.chmod(0o600)
    path.write_bytes(b"x" * len(RED))
    (damage,) = damaged_files(shelf.url, store)
    assert damage is not None
    assert damage.reason == "its content has another SHA-256"


def test_the_status_tells_how_many_expire_before_their_turn(shelf: Shelf):
    shelf.scrape(shelf.serve("/a.jpg", RED))
    shelf.cache()
    status = "select cached, waiting, would_expire from media.cache_status"
    assert shelf.desk.rows(status) == [(1, 0, 0)]
    shelf.scrape(*(shelf.serve(f"/{number}.jpg", b"", None, 503) for number in range(3)), day=TUESDAY, post_number=2)
    shelf.cache()
    # One medium a day: the second in the queue has its turn in two days.
    shelf.desk.execute(
        "update media.cached_media set url_expires_at = now() + interval '36 hours' where state = 'waiting'"
    )
    assert shelf.desk.rows(status) == [(1, 3, 2)]
    shelf.desk.execute("update media.cached_media set state_since = now() - %s", [timedelta(days=2)])
    assert shelf.desk.rows(status) == [(1, 3, None)]


def test_what_a_run_has_taken_and_not_written_yet_is_not_taken_again(shelf: Shelf, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("syndication_assets.media.cache.caching._BATCH", 2)
    pictures = [shelf.serve(f"/{number}.jpg", picture(seed=number)) for number in range(5)]
    shelf.scrape(*pictures, shelf.serve("/down.jpg", b"", None, 503))
    assert dict(shelf.cache().states) == {"cached": 5, "waiting": 1}
    assert len(shelf.internet.requests) == 6
