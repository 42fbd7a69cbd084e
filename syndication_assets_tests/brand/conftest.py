"""Fixtures of the brand tests: the default organization, and a store of its own."""

from dataclasses import dataclass
from pathlib import Path

import pytest

from syndication_assets.brand.profiles.brand_content import BrandContent
from syndication_assets.brand.profiles.brand_versions import BrandVersion, brand_id_of, versions_of, write_brand
from syndication_assets.brand.templates.template_rows import default_documents, load_templates
from syndication_assets.channels.reference import load_reference
from syndication_assets.channels.reference_files import read_reference
from syndication_assets.database.connection import transaction
from syndication_assets.media.media_store import MediaStore

COLOURS = {
    "primary": "#0e3b43", "secondary": "#2f7f86", "accent": "#f4a95b", "dark": "#0b1f26", "light": "#faf6ee",
}  # fmt: skip


def content(**changes: object) -> BrandContent:
    values: dict[str, object] = {"colours": COLOURS, "heading_family": "Inter", "text_family": "Noto Sans", **changes}
    return BrandContent(**values)  # type: ignore[arg-type]


@dataclass
class Studio:
    """The default organization with the brand Acme."""

    url: str
    organization_id: str
    brand_id: str
    store: MediaStore
    directory: Path

    def versions(self) -> list[BrandVersion]:
        """The newest first."""
        with transaction(self.url) as connection:
            return versions_of(connection, self.organization_id, self.brand_id)


@pytest.fixture
def studio(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Studio:
    monkeypatch.setenv("SYNDICATION_DATABASE_URL", database_url)
    monkeypatch.setenv("SYNDICATION_LOCAL_DIR", str(tmp_path))
    monkeypatch.setenv("SYNDICATION_MEDIA_URL", str(tmp_path / "media"))
    store = MediaStore(str(tmp_path / "media"))
    store.claim(database_url)
    with transaction(database_url) as connection:
        ((organization_id,),) = connection.execute("select organization_id from tenancy.organizations").fetchall()
        load_reference(connection, read_reference())
        load_templates(connection, default_documents())
        write_brand(connection, organization_id, "Acme", content(), is_active=True)
        brand_id = brand_id_of(connection, organization_id, "Acme")
    return Studio(database_url, organization_id, brand_id, store, tmp_path)
