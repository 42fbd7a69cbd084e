"""Visual templates in the database: loads those that come with the project, writes those of people, reads them."""

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

from psycopg.rows import class_row
from psycopg.types.json import Jsonb

from syndication_assets.brand.profiles.brand_versions import BrandError
from syndication_assets.database.connection import Connection, load_sql

Document = dict[str, Any]


@dataclass(frozen=True)
class StoredTemplate:
    """The newest version of a visual template."""

    organization_id: str
    organization: str
    template_id: str
    name: str
    brand: str | None
    brand_id: str | None
    version: int
    document: Document
    is_active: bool
    is_default: bool

    @property
    def version_id(self) -> str:
        """What the hash of a picture takes."""
        return f"{self.template_id}/{self.version}"


def default_documents() -> list[Document]:
    """The templates that come with the project, by name."""
    folder = files(__package__) / "defaults"
    found = [json.loads(each.read_text("utf-8")) for each in folder.iterdir() if each.name.endswith(".json")]
    return sorted(found, key=lambda document: str(document["name"]))


def load_templates(connection: Connection, documents: Iterable[Document]) -> dict[str, int]:
    """Adds missing default templates to each organization; returns counts by name. A re-run changes nothing.

    A template that nobody edited gets a version when its file has changed. A template whose newest version was written
    by a user is kept.
    """
    entries = [
        {"template_name": document["name"], "document": document, "reference_hash": reference_hash(document)}
        for document in documents
    ]
    cursor = connection.execute(load_sql("brand/visual_templates/merge.sql"), {"templates": json.dumps(entries)})
    names = [column.name for column in cursor.description or ()]
    return dict(zip(names, cursor.fetchall()[0], strict=True))


def reference_hash(document: Document) -> str:
    """BLAKE2b-128 of the document in hexadecimal."""
    content = json.dumps(document, sort_keys=True, ensure_ascii=False).encode()
    return hashlib.blake2b(content, digest_size=16).hexdigest()


def write_template(
    connection: Connection,
    organization_id: str,
    name: str,
    document: Document,
    *,
    brand_id: str | None,
    is_active: bool,
) -> None:
    """Adds a template, or a version of it if the document differs from the newest one. The caller has checked it."""
    connection.execute(
        load_sql("brand/visual_templates/write.sql"),
        {
            "organization_id": organization_id,
            "template_name": name,
            "brand_id": brand_id,
            "is_active": is_active,
            "document": Jsonb(document),
        },
    )


def read_templates(connection: Connection, organization_id: str | None = None) -> list[StoredTemplate]:
    """The newest version of every template, of all organizations or of one, by name."""
    return (
        connection.cursor(row_factory=class_row(StoredTemplate))
        .execute(load_sql("brand/visual_templates/newest.sql"), {"organization_id": organization_id})
        .fetchall()
    )


def template_named(connection: Connection, organization_id: str, name: str) -> StoredTemplate:
    """BrandError names the templates that there are."""
    known = {each.name: each for each in read_templates(connection, organization_id)}
    if name not in known:
        there_are = ", ".join(known) or "none: `syndication materialize --select key:brand/visual_templates` loads some"
        raise BrandError(f"There is no visual template {name!r}; there are {there_are}.")
    return known[name]


def active(templates: Iterable[StoredTemplate]) -> Iterator[StoredTemplate]:
    return (each for each in templates if each.is_active)
