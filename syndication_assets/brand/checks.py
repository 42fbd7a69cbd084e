"""The checks of the brand room's tables."""

from collections.abc import Iterator

import dagster as dg

from syndication_assets.brand.templates.template_check import channel_formats, check_document
from syndication_assets.brand.templates.template_rows import active, read_templates
from syndication_assets.database.connection import Connection
from syndication_assets.database.postgres_resource import PostgresResource
from syndication_assets.rendering.document_check import TemplateError
from syndication_assets.rendering.fonts.font_folder import families_of
from syndication_assets.sql_assets.checks import (
    SHOWN_OFFENDERS,
    SqlCheck,
    constraints_of,
    read_only_transaction,
    sql_checks,
)
from syndication_assets.text.markdown import markdown_table

CHECKS = [
    constraints_of("brand_profiles"),
    SqlCheck("brand_profiles", "every_brand_has_the_common_colours"),
    SqlCheck("brand_profiles", "no_word_is_both_preferred_and_banned"),
    constraints_of("brand_assets"),
    constraints_of("visual_templates"),
]

brand_checks = sql_checks("brand", CHECKS)


@dg.asset_check(asset=["brand", "brand_profiles"])
def fonts_are_there(postgres: PostgresResource) -> dg.AssetCheckResult:
    """The fonts of every active brand are among its own files or come with the project: others would not be drawn."""
    with read_only_transaction(postgres.url()) as connection:
        missing = list(_missing_fonts(connection))
    return _result(missing, "The fonts of every active brand are there.")


def _missing_fonts(connection: Connection) -> Iterator[str]:
    known = families_of(())
    for brand, families, own in connection.execute(
        "select v.brand_name, array[v.heading_family, v.text_family],"
        " array(select f.family from brand.brand_version_assets as u"
        "     inner join brand.brand_assets as a on a.organization_id = u.organization_id and a.asset_id = u.asset_id"
        "     cross join unnest(a.font_families) as f (family)"
        "     where u.organization_id = v.organization_id and u.brand_id = v.brand_id and u.version = v.version)"
        " from brand.brand_versions as v where v.is_current and v.is_active order by v.organization_id, v.brand_name"
    ):
        for family in sorted({*families} - known - {*own}):
            yield f"{brand} is set in {family!r}, which nobody has stored: `syndication brand asset add`"


@dg.asset_check(asset=["brand", "visual_templates"])
def documents_can_be_drawn(postgres: PostgresResource) -> dg.AssetCheckResult:
    """The newest version of every active template can be drawn: every field is shown, texts and logos stay where the
    platform covers nothing, and its colours are those of its brand.
    """
    with read_only_transaction(postgres.url()) as connection:
        broken = list(_broken_templates(connection))
    return _result(broken, "The newest version of every active template can be drawn.")


def _broken_templates(connection: Connection) -> Iterator[str]:
    colours = {
        (organization_id, brand_id): list(found)
        for organization_id, brand_id, found in connection.execute(
            "select organization_id, brand_id, colours from brand.brand_versions where is_current"
        )
    }
    formats = channel_formats(connection)
    for template in active(read_templates(connection)):
        of_brand = None if template.brand_id is None else colours[template.organization_id, template.brand_id]
        try:
            check_document(template.document, of_brand, formats)
        except TemplateError as error:
            yield f"{template.organization}, {template.name}, version {template.version}: {error.problems[0]}"


def _result(offenders: list[str], passed: str) -> dg.AssetCheckResult:
    table = markdown_table(["problem"], [(each,) for each in offenders[:SHOWN_OFFENDERS]])
    return dg.AssetCheckResult(
        passed=not offenders,
        description=offenders[0] if offenders else passed,
        metadata={"offenders": len(offenders), "first_offenders": dg.MetadataValue.md(table)},
    )
