"""Templates in the database: loads the default templates, and reads the usable ones."""

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

import msgspec

from syndication_assets.content.generation.template import Template, TemplateError, parse
from syndication_assets.database.connection import Connection, load_sql


class DefaultTemplate(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An entry of default_templates.json."""

    template_name: str
    template_kind: str
    body: str
    call_to_action: str | None = None
    post_kind: str = "product"
    platform: str | None = None
    category_name: str | None = None

    def reference_hash(self) -> bytes:
        """BLAKE2b-128 of body and call to action, which a version consists of."""
        content = json.dumps([self.body, self.call_to_action]).encode()
        return hashlib.blake2b(content, digest_size=16).digest()


@dataclass(frozen=True, slots=True)
class UsableTemplate:
    """The newest version of an active template that can be parsed."""

    organization_id: str
    template_id: str
    version: int
    template_kind: str
    post_kind: str
    platform: str | None
    category_name: str | None
    call_to_action: str | None
    template: Template

    def fits(self, platform: str, post_kind: str, categories: Sequence[str], known: frozenset[str]) -> bool:
        """Whether the template is meant for such a post and requires only known facts."""
        return (
            self.post_kind == post_kind
            and self.platform in {None, platform}
            and (self.category_name is None or self.category_name in categories)
            and self.template.required <= known
        )


def default_templates() -> list[DefaultTemplate]:
    """The templates that come with the project."""
    content = (files(__package__) / "default_templates.json").read_bytes()
    return msgspec.json.decode(content, type=list[DefaultTemplate])


def load_templates(connection: Connection, defaults: Iterable[DefaultTemplate]) -> dict[str, int]:
    """Adds missing default templates to each organization; returns counts by name.

    A template that nobody edited gets a new version when its entry in the file has changed. A template whose newest
    version was written by a user is kept. All other columns are user-maintained from the first load on.
    """
    entries = [{**msgspec.structs.asdict(entry), "reference_hash": entry.reference_hash().hex()} for entry in defaults]
    cursor = connection.execute(load_sql("content/content_templates/merge.sql"), {"templates": json.dumps(entries)})
    names = [column.name for column in cursor.description or ()]
    return dict(zip(names, cursor.fetchall()[0], strict=True))


def read_templates(connection: Connection) -> tuple[list[UsableTemplate], list[TemplateError]]:
    """The newest version of each active template if it can be parsed, and an error for each of the others."""
    usable, broken = [], []
    for row in connection.execute(load_sql("content/newest_templates.sql")).fetchall():
        organization_id, template_id, name, kind, post_kind, platform, category, version, body, call_to_action = row
        try:
            template = parse(name, version, body)
        except TemplateError as error:
            broken.append(error)
            continue
        usable.append(
            UsableTemplate(
                organization_id, template_id, version, kind, post_kind, platform, category, call_to_action, template
            )
        )
    return usable, broken


def as_rows(templates: Iterable[UsableTemplate]) -> list[dict[str, Any]]:
    """Product templates as the parameter of content/product_selections/usable_templates.sql."""
    return [
        {
            "organization_id": usable.organization_id,
            "template_id": usable.template_id,
            "template_name": usable.template.name,
            "version": usable.version,
            "platform": usable.platform,
            "category_name": usable.category_name,
            "required": sorted(usable.template.required - {"hashtags"}),
        }
        for usable in templates
        if usable.post_kind == "product"
    ]
