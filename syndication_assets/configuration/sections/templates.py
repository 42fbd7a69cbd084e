"""`templates`: the templates that people wrote or changed; the default templates come with the project."""

from collections.abc import Iterable
from typing import Any, Literal

from pydantic import Field

from syndication_assets.configuration.entry import ACTIVE, Entry, Platform, Text
from syndication_assets.configuration.rows import delete, reader, upsert
from syndication_assets.configuration.section import Context, Finding, Section, platform_findings
from syndication_assets.content.generation.template import TemplateError, parse

_TEMPLATES = (
    "select t.template_name as name, t.template_kind::text as kind, t.post_kind::text, t.platform,"
    " t.category_name as category, v.body, v.call_to_action, t.is_active from content.content_templates as t"
    " inner join lateral (select body, call_to_action, reference_hash from content.content_template_versions as o"
    "     where o.organization_id = t.organization_id and o.template_id = t.template_id"
    "     order by o.version desc limit 1) as v on true"
    " where t.organization_id = %(organization_id)s"
)


class Template(Entry):
    """A template that writes posts."""

    name: Text = Field(description="A name for people.")
    kind: Literal["feature", "benefit", "story"] = Field(description="What the text focuses on.")
    post_kind: Literal["product", "blog_post"] = Field(default="product", description="The posts that it is for.")
    platform: Platform | None = Field(default=None, description="The only platform that it is for.")
    category: Text | None = Field(default=None, description="The only product category that it is for.")
    body: Text = Field(
        description="Text with placeholders such as {product_name}; a part in [square brackets] is left out if one of "
        "its facts is unknown."
    )
    call_to_action: Text | None = Field(default=None, description="The sentence for {call_to_action}.")
    is_active: bool = ACTIVE


def _check(context: Context, template: Template) -> Iterable[Finding]:
    if template.platform is not None:
        yield from platform_findings(context, template.platform)
    try:
        parse(template.name, 1, template.body)
    except TemplateError as error:
        yield Finding("body", str(error).split(": ", 1)[-1].removesuffix(". Write a new version of it."))


def _write(context: Context, template: Template) -> None:
    values: dict[str, Any] = {
        "organization_id": context.organization_id,
        "template_name": template.name,
        "template_kind": template.kind,
        "post_kind": template.post_kind,
        "platform": template.platform,
        "category_name": template.category,
        "is_active": template.is_active,
    }
    upsert(context.connection, "content.content_templates", ("organization_id", "template_name"), values)
    # Versions are immutable: an edit adds one, which the default templates do not replace any more.
    context.connection.execute(
        "insert into content.content_template_versions"
        " (organization_id, template_id, version, body, call_to_action)"
        " select t.organization_id, t.template_id, coalesce(v.version, 0) + 1, %(body)s, %(call_to_action)s"
        " from content.content_templates as t"
        " left join lateral (select * from content.content_template_versions as o"
        "     where o.organization_id = t.organization_id and o.template_id = t.template_id"
        "     order by o.version desc limit 1) as v on true"
        " where t.organization_id = %(organization_id)s and t.template_name = %(template_name)s"
        " and (v.body, v.call_to_action) is distinct from (%(body)s, %(call_to_action)s)",
        {**values, "body": template.body, "call_to_action": template.call_to_action},
    )


def _remove(context: Context, template: Template) -> None:
    key = {"organization_id": context.organization_id, "template_name": template.name}
    delete(context.connection, "content.content_templates", key)


TEMPLATES = Section(
    name="templates",
    noun="template",
    paused="no more texts are written with it",
    removed="The texts that were written with it stay.",
    entry=Template,
    permission="templates.edit",
    key=("name",),
    read=reader(Template, _TEMPLATES + " and (v.reference_hash is null or not t.is_active) order by t.template_name"),
    read_defaults=reader(
        Template, _TEMPLATES + " and v.reference_hash is not null and t.is_active order by t.template_name"
    ),
    write=_write,
    remove=_remove,
    check=_check,
    in_use="posts were written with it",
)
