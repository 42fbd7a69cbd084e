"""Photos of stock sources: asked in their order, stored with their licence, and never twice within the days."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from syndication_assets.database.connection import transaction
from syndication_assets.http.clients.public_client import FetchError
from syndication_assets.media.contents.pictures import read_picture
from syndication_assets.media.media_store import MediaStore
from syndication_assets.media.stock.finding import Finding, StockPhotos
from syndication_assets.media.stock.own_images import OwnImageError, add_own_image
from syndication_assets.media.stock.use import mark_used
from syndication_assets.operations.usage.call_ledger import CallLedger
from syndication_assets.settings import Settings
from syndication_assets_tests.given_settings import give_setting
from syndication_assets_tests.media.media_samples import PAGE
from syndication_assets_tests.media.stock import stock_server
from syndication_assets_tests.media.stock.stock_server import OTHER_PHOTO, PHOTO, StockServer
from syndication_assets_tests.rows import DatabaseRows

KEY = "canary-stock-key"


@dataclass
class StockDesk(DatabaseRows):
    """The sources of one organization, all of them on one server of this machine."""

    url: str
    server: StockServer
    directory: Path
    files: dict[str, bytes] = field(default_factory=dict)
    """What is downloaded, by address; PHOTO for any other."""

    def __post_init__(self) -> None:
        self.organization_id = self.value("select organization_id from tenancy.organizations where slug = 'default'")
        self.execute("update media.stock_sources set base_url = %s where base_url is not null", [self.server.url])

    def only(self, *sources: str) -> None:
        self.execute("update media.stock_sources set is_active = source = any(%s)", [list(sources)])

    @property
    def store(self) -> MediaStore:
        store = MediaStore(str(self.directory / "media"))
        store.claim(self.url)
        return store

    def find(self, terms: str = "hand loom", **changes: Any) -> Finding:
        keys = {name: SecretStr(KEY) for name in ("freepik_api_key", "pexels_api_key", "unsplash_access_key")}
        settings = Settings.from_environment().model_copy(update=keys | changes)
        with CallLedger(self.url) as ledger:
            photos = StockPhotos(self.url, settings, self.store, ledger, self._download, read_picture)
            try:
                return photos.find(self.organization_id, terms, "landscape")
            finally:
                photos.close()

    def stored(self) -> list[tuple[Any, ...]]:
        return self.rows(
            "select source, source_image_id, licence, author, attribution, is_attribution_required"
            " from media.stock_images order by created_at, source"
        )

    def _download(self, address: str) -> bytes:
        content = self.files.get(address, PHOTO)
        if not content:
            raise FetchError("photos.example: it answered 404.", 404)
        return content


@pytest.fixture
def desk(database_url: str, tmp_path: Path) -> Iterator[StockDesk]:
    with stock_server.serve() as server:
        yield StockDesk(database_url, server, tmp_path)


@pytest.mark.parametrize(
    ("source", "stored", "header"),
    [
        (
            "freepik",
            ("77", "freepik-freemium", "Studio Skye", "Photo: Studio Skye / Freepik", True),
            "x-magnific-api-key",
        ),
        ("pexels", ("11", "pexels", "Isla MacLeod", "Photo: Isla MacLeod / Pexels", True), "authorization"),
        ("unsplash", ("u1", "unsplash", "Ewan Reid", "Photo by Ewan Reid on Unsplash", True), "authorization"),
        (
            "openverse",
            ("o1", "cc-by-4.0", "Mairi", '"Loom" by Mairi is licensed under CC BY 4.0.', True),
            None,
        ),
    ],
)
def test_a_photo_is_stored_with_its_licence_author_and_the_words_that_name_them(
    source: str, stored: tuple[Any, ...], header: str | None, desk: StockDesk
):
    desk.only(source)
    found = desk.find()
    assert found.image is not None
    assert found.image.attribution == stored[3]
    assert desk.stored() == [(source, *stored)]
    assert desk.store.content(found.image.object_path) == PHOTO
    _, query, headers = desk.server.requests[0]
    assert "hand loom" in query.values()
    if header is not None:
        assert headers[header] == ("Client-ID " if source == "unsplash" else "") + KEY
    assert KEY not in repr(desk.rows("select * from operations.api_usage"))
    assert desk.value("select count(*) from operations.api_usage where provider like %s", [f"{source}%"]) == len(
        desk.server.requests
    )


def test_unsplash_is_told_of_the_use_and_gives_the_address_of_the_file(desk: StockDesk):
    desk.only("unsplash")
    desk.files = {"https://photos.example/unsplash.jpg": OTHER_PHOTO, "https://photos.example/hotlink.jpg": b""}
    found = desk.find()
    assert desk.server.paths() == ["/search/photos", "/photos/u1/download"]
    assert found.image is not None
    assert desk.store.content(found.image.object_path) == OTHER_PHOTO


def test_sources_are_asked_in_their_order_until_one_has_a_photo_and_wait_as_they_ask(desk: StockDesk):
    desk.only("freepik", "pexels", "openverse")
    desk.server.answers["/v1/resources"] = (429, {"Retry-After": "600"})
    desk.server.photos["/v1/search"] = []
    found = desk.find()
    assert found.image is not None
    assert desk.server.paths() == ["/v1/resources", "/v1/search", "/v1/images/"]
    assert found.reasons == {
        "freepik": "freepik answered 429: it was asked too often",
        "pexels": "it has no unused photo that may be used",
    }
    wait = desk.value("select blocked_until - now() from media.stock_sources where source = 'freepik'")
    assert timedelta(minutes=9) < wait <= timedelta(minutes=10)
    desk.find("another loom")
    assert desk.server.paths().count("/v1/resources") == 1
    assert desk.value("select count(*) from channels.rule_changes where table_name = 'media.stock_sources'") == len(
        ["base_url"] * 4 + ["is_active"] * 2
    )


def test_a_source_without_a_key_or_at_its_quota_is_passed_over(desk: StockDesk):
    desk.only("pexels", "openverse")
    desk.execute("update operations.api_quotas set amount = 1 where provider = 'openverse'")
    assert desk.find(pexels_api_key=None).reasons == {"pexels": "it has no key: set SYNDICATION_PEXELS_API_KEY"}
    found = desk.find("another loom", pexels_api_key=None)
    assert found.image is None
    assert "quota" in found.reasons["openverse"]
    assert desk.server.paths() == ["/v1/images/"]


def test_an_answer_is_kept_for_an_hour_and_a_photo_is_not_used_twice_within_the_days(desk: StockDesk):
    desk.only("pexels")
    first = desk.find()
    assert first.image is not None
    with transaction(desk.url) as connection:
        mark_used(connection, desk.organization_id, first.image.stock_image_id, datetime.now(UTC))
    second = desk.find("Hand  LOOM")
    assert second.image is not None
    assert second.image.stock_image_id != first.image.stock_image_id
    with transaction(desk.url) as connection:
        mark_used(connection, desk.organization_id, second.image.stock_image_id, datetime.now(UTC))
    assert desk.server.paths() == ["/v1/search"]
    assert desk.find().image is None
    give_setting(desk.url, "studio.photo_no_repeat_days", 0)
    assert desk.find().image is not None
    desk.execute("update media.stock_searches set searched_at = now() - interval '61 minutes'")
    desk.find()
    assert desk.server.paths() == ["/v1/search", "/v1/search"]


@pytest.mark.parametrize("licence", ["by-nc", "by-nd", "by-sa", "unknown"])
def test_a_photo_that_marketing_may_not_change_is_never_chosen(licence: str, desk: StockDesk):
    desk.only("openverse")
    desk.server.photos["/v1/images/"] = [desk.server.of_openverse("o2", licence, "4.0")]
    assert desk.find().reasons["openverse"] == "it has no unused photo that may be used"
    assert desk.stored() == []


def test_a_file_that_is_no_picture_is_left_for_the_next_photo(desk: StockDesk):
    desk.only("pexels")
    desk.files = {"https://photos.example/pexels-11.jpg": PAGE}
    assert desk.find().image is not None
    assert [row[1] for row in desk.stored()] == ["12"]


def test_own_pictures_come_first_where_a_word_finds_them(desk: StockDesk):
    desk.only("own", "pexels")
    with pytest.raises(OwnImageError, match="no picture that can be drawn"):
        add_own_image(desk.url, desk.store, desk.organization_id, PAGE, read_picture, title="x")
    own = add_own_image(
        desk.url, desk.store, desk.organization_id, OTHER_PHOTO, read_picture, title="The old Loom", words="mill"
    )
    found = desk.find()
    assert (found.image and found.image.stock_image_id, found.image and found.image.attribution) == (own, None)
    assert desk.server.requests == []
    assert desk.find("harbour").reasons["own"] == "no own picture says one of the words"
