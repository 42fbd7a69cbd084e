"""Templates in the database: loading the default ones, reading those that can be used."""

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
    """One entry of default_templates.json."""

    template_name: str
    template_kind: str
    body: str
    call_to_action: str | None = None
    post_kind: str = "product"
    platform: str | None = None
    category_name: str | None = None

    def reference_hash(self) -> bytes:
        """BLAKE2b-128 of what a version holds."""
        held = json.dumps([self.body, self.call_to_action]).encode()
        return hashlib.blake2b(held, digest_size=16).digest()


@dataclass(frozen=True, slots=True)
class UsableTemplate:
    """The newest version of an active template that can be read."""

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
        """Whether it is for such a post, and needs nothing that is not known."""
        return (
            self.post_kind == post_kind
            and self.platform in {None, platform}
            and (self.category_name is None or self.category_name in categories)
            and self.template.required <= known
        )


def default_templates() -> list[DefaultTemplate]:
    """What the project brings."""
    content = (files(__package__) / "default_templates.json").read_bytes()
    return msgspec.json.decode(content, type=list[DefaultTemplate])


def load_templates(connection: Connection, defaults: Iterable[DefaultTemplate]) -> dict[str, int]:
    """Gives each organization the default templates that it lacks; returns what was done.

    A template whose newest version you wrote stays yours; one that nobody edited gets a new version when the file says
    something else. The other columns of a template are yours from the first load on.
    """
    entries = [{**msgspec.structs.asdict(entry), "reference_hash": entry.reference_hash().hex()} for entry in defaults]
    cursor = connection.execute(load_sql("content/content_templates.sql"), {"templates": json.dumps(entries)})
    names = [column.name for column in cursor.description or ()]
    return dict(zip(names, cursor.fetchall()[0], strict=True))


def read_templates(connection: Connection) -> tuple[list[UsableTemplate], list[TemplateError]]:
    """The newest version of each active template: those that can be used, and what is wrong with the others."""
    usable, broken = [], []
    for row in connection.execute(load_sql("content/newest_templates.sql")).fetchall():
        organization_id, template_id, name, kind, post_kind, platform, category, version, body, asks = row
        try:
            template = parse(name, version, body)
        except TemplateError as error:
            broken.append(error)
            continue
        usable.append(
            UsableTemplate(organization_id, template_id, version, kind, post_kind, platform, category, asks, template)
        )
    return usable, broken


def as_rows(templates: Iterable[UsableTemplate]) -> list[dict[str, Any]]:
    """Templates as the selection takes them."""
    return [
        {
            "organization_id": one.organization_id,
            "template_id": one.template_id,
            "template_name": one.template.name,
            "version": one.version,
            "platform": one.platform,
            "category_name": one.category_name,
            "required": sorted(one.template.required - {"hashtags"}),
        }
        for one in templates
        if one.post_kind == "product"
    ]
