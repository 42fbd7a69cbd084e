"""A brand, a template, channels with formats and accounts, and a studio that makes briefs for them."""

import io
import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from PIL import Image
from pydantic import SecretStr

from syndication_assets.content.briefs.brief_posts import BriefRun, write_brief_posts
from syndication_assets.database.connection import transaction
from syndication_assets.media.contents.pictures import read_picture
from syndication_assets.media.media_store import MediaStore
from syndication_assets.media.stock.own_images import add_own_image
from syndication_assets.media.stored_media import add_file, store_file
from syndication_assets.publishing.planning.targets import plan_targets
from syndication_assets.studio.making.making import Studio, StudioRun
from syndication_assets.studio.making.photo import FindPhoto
from syndication_assets.studio.requests.new_brief import NewBrief
from syndication_assets.studio.requests.request_states import add_briefs
from syndication_assets_tests.ai.chat_server import ChatServer
from syndication_assets_tests.publishing.publishing_queue import PublishingQueue, settings_of

EVERYWHERE = {"x": 0, "y": 0, "width": 1, "height": 1}
MESSAGE = "Our mill has woven tweed by hand for generations. Come and see the looms at work."
FEED = "facebook/feed_post"
_ROOMS = ("studio", "brand", "media")


def document(**changes: Any) -> dict[str, Any]:
    """A photo, a headline, a message and a logo in two small formats."""

    def text(name: str, top: float, **more: Any) -> dict[str, Any]:
        return {
            "name": name,
            "kind": "text",
            "field": name,
            "colour": "#ffffff",
            "size": 0.09,
            "minimum_size": 0.03,
            "box": {"x": 0.08, "y": top, "width": 0.84, "height": 0.25},
            **more,
        }

    return {
        "name": "Statement",
        "fields": {
            "headline": {"kind": "text", "is_required": True, "max_characters": 60},
            "body": {"kind": "text", "max_characters": 90},
            "photo": {"kind": "picture"},
        },
        "formats": [
            {"name": "square", "width": 320, "height": 320},
            {"name": "link", "width": 400, "height": 210},
        ],
        "layers": [
            {"name": "ground", "kind": "shape", "colour": "brand.primary", "box": EVERYWHERE},
            {"name": "photo", "kind": "photo", "field": "photo", "box": EVERYWHERE},
            text("headline", 0.4, family="heading", weight=700),
            text("body", 0.7, size=0.06),
            {"name": "logo", "kind": "logo", "box": {"x": 0.7, "y": 0.06, "width": 0.22, "height": 0.12}},
        ],
        **changes,
    }


def plain(colour: str, size: tuple[int, int] = (500, 400)) -> bytes:
    content = io.BytesIO()
    Image.new("RGB", size, colour).save(content, "PNG")
    return content.getvalue()


@dataclass
class StudioDesk(PublishingQueue):
    """One organization with what a brief needs; facebook/feed_post has a dry-run account with a slot a day."""

    directory: Path = field(default_factory=Path)

    def __post_init__(self) -> None:
        super().__post_init__()
        shutil.rmtree(self.directory, ignore_errors=True)
        self.store.claim(self.url)
        self.schedule(self.page())
        for name, width, height, priority in (("square", 320, 320, 100), ("link", 400, 210, 90)):
            self.execute(
                "insert into channels.picture_formats (platform, channel_type, format_name, width, height,"
                " maximum_bytes, mime_types, priority) values ('facebook', 'feed_post', %s, %s, %s, 500000,"
                " '{image/jpeg,image/png}', %s)",
                [name, width, height, priority],
            )
        self.brand_id = self.insert("brand.brand_profiles", "brand_id", brand_name="Mill")
        self.brand_version()
        self.template_id = self.insert(
            "brand.visual_templates", "template_id", template_name="Statement", brand_id=self.brand_id
        )
        self.template_version(document())

    @property
    def settings(self) -> Any:
        return settings_of(media_url=str(self.directory / "media"))

    @property
    def store(self) -> MediaStore:
        return MediaStore(str(self.directory / "media"))

    def brand_version(self, **changes: Any) -> None:
        version = self.value("select count(*) + 1 from brand.brand_profile_versions")
        values = {
            "brand_id": self.brand_id,
            "version": version,
            "colours": json.dumps({"primary": "#123c4a", "accent": "#f4b942"}),
            "heading_family": "Inter",
            "text_family": "Inter",
            "banned_words": ["cheap"],
            "languages": ["en", "de", "ar"],
            "enforcement_level": "flexible",
            **changes,
        }
        self.insert("brand.brand_profile_versions", "version", **values)
        logo = self.file(plain("#f4b942", (80, 40)))
        asset = self.insert(
            "brand.brand_assets",
            "asset_id",
            brand_id=self.brand_id,
            asset_name=f"logo {version}",
            asset_type="logo",
            media_file_id=logo,
        )
        self.insert(
            "brand.brand_version_assets",
            "asset_id",
            brand_id=self.brand_id,
            version=version,
            asset_id=asset,
            asset_role="logo",
        )

    def template_version(self, content: dict[str, Any]) -> None:
        self.insert(
            "brand.visual_template_versions",
            "version",
            template_id=self.template_id,
            version=self.value("select count(*) + 1 from brand.visual_template_versions"),
            document=json.dumps(content),
        )

    def file(self, content: bytes) -> str:
        """Stores a picture; returns the id of its row."""
        stored = store_file(
            self.store_with_claim(), self.organization_id, content, "image/png", read_picture(content, "image/png")
        )
        with transaction(self.url) as connection:
            return add_file(connection, self.organization_id, stored)

    def store_with_claim(self) -> MediaStore:
        store = self.store
        store.claim(self.url)
        return store

    def photo(self, content: bytes, title: str = "a loom", **more: Any) -> str:
        """A picture of the organization's own; returns its id."""
        return add_own_image(self.url, self.store, self.organization_id, content, read_picture, title=title, **more)

    def brief(self, **changes: Any) -> str:
        """Adds a brief; returns its id."""
        values: dict[str, Any] = {
            "title": "Woven by hand",
            "brief": MESSAGE,
            "channels": [FEED],
            "template": "Statement",
            "facts": ["Tweed, woven by hand"],
            "keywords": ["Tweed"],
            **changes,
        }
        (request_id,) = add_briefs(self.url, self.organization_id, [NewBrief(**values)], "a requester")
        return request_id

    def make(self, find_photo: FindPhoto | None = None, **changes: Any) -> StudioRun:
        return Studio(self.url, self.settings, find_photo=find_photo, **changes).run()

    def write(self) -> BriefRun:
        return write_brief_posts(self.url, self.settings)

    def write_with_model(self, server: ChatServer, **changes: Any) -> BriefRun:
        settings = self.settings.model_copy(
            update={
                "openai_api_key": SecretStr("sk-canary-5Hd2nYqLc8"),
                "llm_model": "small",
                "openai_url": server.url,
                "llm_concurrency": 1,
                "llm_timeout_seconds": 5,
                **changes,
            }
        )
        with server.running():
            return write_brief_posts(self.url, settings)

    def made(self, **changes: Any) -> str:
        """A brief that is made, with its texts; returns its id."""
        request_id = self.brief(**changes)
        self.make()
        self.write()
        return request_id

    def state(self, request_id: str) -> tuple[str, str | None]:
        return self.rows("select state::text, reason from studio.content_requests where request_id = %s", [request_id])[
            0
        ]

    def plan_today(self) -> None:
        today = datetime.now(UTC).date()
        plan_targets(self.url, today, today + timedelta(days=1))

    @contextmanager
    def later(self) -> Iterator[datetime]:
        """A time at which what fails now is tried again."""
        yield datetime.now(UTC) + timedelta(hours=2)
