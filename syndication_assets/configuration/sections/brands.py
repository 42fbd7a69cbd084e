"""`brands`: what an organization's pictures and texts look and sound like. Their files are added by commands."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Annotated, Any, Literal

from psycopg.rows import dict_row
from pydantic import Field

from syndication_assets.brand.profiles.brand_content import COMMON_COLOURS, BrandContent
from syndication_assets.brand.profiles.brand_versions import write_brand
from syndication_assets.configuration.entry import ACTIVE, Entry, Number, Text
from syndication_assets.configuration.rows import delete
from syndication_assets.configuration.section import Context, Finding, Section
from syndication_assets.database.connection import Connection
from syndication_assets.rendering.fonts.font_folder import families_of

ColourName = Annotated[str, Field(pattern="^[a-z][a-z0-9_]*$")]
ColourValue = Annotated[str, Field(pattern="^#[0-9a-f]{6}$")]
Language = Annotated[str, Field(pattern="^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$")]
Score = Annotated[Number, Field(ge=0, le=1, decimal_places=2)]


class Brand(Entry):
    """A brand."""

    name: Text = Field(description="A name for people.")
    colours: dict[ColourName, ColourValue] = Field(
        description='Colours by name, as "#1f6f78": primary, secondary, accent, dark and light, and others.'
    )
    heading_family: Text = Field(default="Inter", description="Font of headings, such as Inter.")
    text_family: Text = Field(default="Noto Sans", description="Font of all other texts, such as Noto Sans.")
    voice: Text | None = Field(default=None, description="How it speaks.")
    messaging_guidelines: Text | None = Field(default=None, description="What it says and does not say.")
    visual_guidelines: Text | None = Field(default=None, description="What its pictures show.")
    usage_restrictions: Text | None = Field(default=None, description="Where its logo and files may not be used.")
    vocabulary: list[Text] = Field(default=[], description="Words that it prefers, as it spells them.")
    banned_words: list[Text] = Field(default=[], description="Words that it never uses.")
    languages: list[Language] = Field(
        default=["en"], min_length=1, description="Languages that it speaks, such as en or ar; its own first."
    )
    enforcement_level: Literal["strict", "moderate", "flexible", "advisory"] = Field(
        default="moderate", description="How strictly its rules are held."
    )
    minimum_score: Score | None = Field(
        default=None, description="Compliance score, 0 to 1, that its pictures need; without it, that of the level."
    )
    is_active: bool = ACTIVE

    def content(self) -> BrandContent:
        return BrandContent(**self.model_dump(exclude={"name", "is_active"}))


def _check(context: Context, brand: Brand) -> Iterable[Finding]:
    missing = [name for name in COMMON_COLOURS if name not in brand.colours]
    if missing:
        yield Finding("colours", f"templates of all brands use colours that it has not: {', '.join(missing)}")
    both = sorted({word.casefold() for word in brand.vocabulary} & {word.casefold() for word in brand.banned_words})
    if both:
        yield Finding("banned_words", f"{both[0]!r} is a preferred word too: remove it from one of the lists")
    own = _families(context, brand.name)
    # The files of a new brand are added after it, so its families cannot be known yet.
    if own is None:
        return
    known = families_of(()) | own
    for field in ("heading_family", "text_family"):
        family = getattr(brand, field)
        if family not in known:
            yield Finding(
                field,
                f"there is no font {family!r}: add its file with `syndication brand asset add`, or choose from "
                + ", ".join(sorted(known)),
            )


def _families(context: Context, name: str) -> set[str] | None:
    """The families of the brand's own fonts; None if there is no such brand."""
    rows = context.connection.execute(
        "select p.brand_id, array_agg(f.family) filter (where f.family is not null) from brand.brand_profiles as p"
        " left join brand.brand_assets as a on a.organization_id = p.organization_id and a.brand_id = p.brand_id"
        " and a.is_active left join unnest(a.font_families) as f (family) on true"
        " where p.organization_id = %s and p.brand_name = %s group by p.brand_id",
        [context.organization_id, name],
    ).fetchall()
    return None if not rows else set(rows[0][1] or [])


def _read(connection: Connection, organization_id: str) -> list[Brand]:
    cursor = connection.cursor(row_factory=dict_row).execute(
        "select v.brand_name as name, p.colours, p.heading_family, p.text_family, p.voice, p.messaging_guidelines,"
        " p.visual_guidelines, p.usage_restrictions, p.vocabulary, p.banned_words, p.languages, p.enforcement_level,"
        " p.minimum_score, v.is_active from brand.brand_versions as v inner join brand.brand_profile_versions as p"
        " on v.organization_id = p.organization_id and v.brand_id = p.brand_id and v.version = p.version"
        " where v.organization_id = %s and v.is_current order by v.brand_name",
        [organization_id],
    )
    return [Brand.model_construct(**_plain(row)) for row in cursor]


def _plain(row: dict[str, Any]) -> dict[str, Any]:
    score = row["minimum_score"]
    return {**row, "minimum_score": None if score is None else Decimal(score)}


def _write(context: Context, brand: Brand) -> None:
    write_brand(context.connection, context.organization_id, brand.name, brand.content(), is_active=brand.is_active)


def _remove(context: Context, brand: Brand) -> None:
    key = {"organization_id": context.organization_id, "brand_name": brand.name}
    delete(context.connection, "brand.brand_profiles", key)


BRANDS = Section(
    name="brands",
    noun="brand",
    paused="no more pictures are made for it",
    removed="Its versions and the list of its files go; the stored files stay.",
    entry=Brand,
    permission="brands.edit",
    key=("name",),
    read=_read,
    write=_write,
    remove=_remove,
    check=_check,
    in_use="visual templates or pictures were made for it",
)
