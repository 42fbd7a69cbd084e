"""`visual_templates`: the designs of pictures that people made or changed; others come with the project."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Annotated, Any

from pydantic import BeforeValidator, Field

from syndication_assets.brand.profiles.brand_versions import brand_id_of
from syndication_assets.brand.templates.template_check import channel_formats, check_document
from syndication_assets.brand.templates.template_rows import StoredTemplate, read_templates, write_template
from syndication_assets.configuration.entry import ACTIVE, Entry, Text
from syndication_assets.configuration.rows import delete
from syndication_assets.configuration.section import Context, Finding, Section
from syndication_assets.database.connection import Connection
from syndication_assets.rendering.document_check import TemplateError


def _json(value: Any) -> Any:
    """The value as JSON has it: a file's decimals become numbers."""
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, dict):
        return {name: _json(item) for name, item in value.items()}
    return [_json(item) for item in value] if isinstance(value, list) else value


class VisualTemplateEntry(Entry):
    """A visual template."""

    name: Text = Field(description="A name for people.")
    brand: Text | None = Field(default=None, description="The only brand that it is for.")
    document: Annotated[dict[str, Any], BeforeValidator(_json)] = Field(
        description="Formats, fields and layers of the design."
    )
    is_active: bool = ACTIVE


def _check(context: Context, template: VisualTemplateEntry) -> Iterable[Finding]:
    if template.brand is not None and (template.brand,) not in context.keys.get("brands", set()):
        yield Finding("brand", f"there is no brand {template.brand!r}: add it to `brands`")
        return
    try:
        check_document(template.document, _colours(context, template.brand), channel_formats(context.connection))
    except TemplateError as error:
        for problem in error.problems:
            yield Finding("document", problem)


def _colours(context: Context, brand: str | None) -> list[str] | None:
    """The names of the brand's colours; None if the template is for all brands, or the brand is new in this file."""
    if brand is None:
        return None
    rows = context.connection.execute(
        "select jsonb_object_keys(colours) from brand.brand_versions"
        " where organization_id = %s and brand_name = %s and is_current",
        [context.organization_id, brand],
    )
    return [name for (name,) in rows] or None


def _read(connection: Connection, organization_id: str) -> list[VisualTemplateEntry]:
    return [
        _entry(each)
        for each in read_templates(connection, organization_id)
        if not each.is_default or not each.is_active or each.brand is not None
    ]


def _read_defaults(connection: Connection, organization_id: str) -> list[VisualTemplateEntry]:
    return [
        _entry(each)
        for each in read_templates(connection, organization_id)
        if each.is_default and each.is_active and each.brand is None
    ]


def _entry(template: StoredTemplate) -> VisualTemplateEntry:
    return VisualTemplateEntry.model_construct(
        name=template.name, brand=template.brand, document=template.document, is_active=template.is_active
    )


def _write(context: Context, template: VisualTemplateEntry) -> None:
    connection, organization_id = context.connection, context.organization_id
    brand_id = None if template.brand is None else brand_id_of(connection, organization_id, template.brand)
    write_template(
        connection,
        organization_id,
        template.name,
        template.document,
        brand_id=brand_id,
        is_active=template.is_active,
    )


def _remove(context: Context, template: VisualTemplateEntry) -> None:
    key = {"organization_id": context.organization_id, "template_name": template.name}
    delete(context.connection, "brand.visual_templates", key)


VISUAL_TEMPLATES = Section(
    name="visual_templates",
    noun="visual template",
    paused="no more pictures are made with it",
    removed="The pictures that were made with it stay.",
    entry=VisualTemplateEntry,
    permission="brands.edit",
    key=("name",),
    read=_read,
    read_defaults=_read_defaults,
    write=_write,
    remove=_remove,
    check=_check,
    in_use="pictures were made with it",
)
