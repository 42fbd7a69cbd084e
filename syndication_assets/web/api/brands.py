"""Brands: what they say, their versions and files, and the visual templates."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from fastapi import APIRouter
from pydantic import BaseModel, Field
from starlette.responses import Response

from syndication_assets.brand.files.brand_files import list_files
from syndication_assets.brand.profiles.brand_versions import BrandError, BrandVersion, roll_back, versions_of
from syndication_assets.brand.templates.template_rows import StoredTemplate, active, read_templates
from syndication_assets.database.connection import transaction
from syndication_assets.web.api.caller import Caller, CallerOfRequest
from syndication_assets.web.api.described import BrandId, TemplateId, with_example
from syndication_assets.web.api.errors import ApiError, Code
from syndication_assets.web.api.named_requests import OnceOnly
from syndication_assets.web.template_previews import PREVIEW_HEADERS, template_preview

router = APIRouter(tags=["brands"], route_class=OnceOnly)
_BRANDS = "select brand_id, brand_name from brand.brand_profiles where is_active order by brand_name"
_FILES = "select asset_id, media_file_id from brand.brand_assets where brand_id = %s"
_PREVIEW: dict[int | str, dict[str, Any]] = {200: {"content": {"image/png": {}, "image/jpeg": {}}}}
_PREVIEW_LANGUAGE = "en"


class Version(BaseModel):
    """One version of a brand: versions never change."""

    version: int
    repeats_version: int | None = Field(description="The earlier version that was gone back to.")
    changed_by: str
    created_at: datetime
    colours: dict[str, str]
    heading_family: str
    text_family: str
    voice: str | None
    messaging_guidelines: str | None
    visual_guidelines: str | None
    usage_restrictions: str | None
    vocabulary: list[str]
    banned_words: list[str]
    languages: list[str]
    enforcement_level: str
    minimum_score: Decimal | None = Field(description="Null for that of the enforcement level.")


class Brand(BaseModel):
    """A brand by its newest version."""

    brand_id: str
    name: str
    current: Version


class Brands(BaseModel):
    """All brands."""

    items: list[Brand]
    total: int


class BrandFile(BaseModel):
    """A logo, font or picture of a brand."""

    name: str
    asset_type: str
    mime_type: str
    width: int | None
    height: int | None
    size_bytes: int
    font_families: list[str]
    description: str | None
    tags: list[str]
    versions: int = Field(description="How many versions of the brand are drawn with it.")
    is_in_use: bool
    created_at: datetime
    picture_id: str = Field(description="For /pictures/{picture_id}, unless it is a font.")


class ShownBrand(BaseModel):
    """A brand with its versions, the newest first, and its files."""

    brand_id: str
    name: str
    versions: list[Version]
    files: list[BrandFile]


class RollBack(BaseModel):
    """Which version to go back to."""

    model_config = with_example(version=1)

    version: int = Field(ge=1)


class Template(BaseModel):
    """The newest version of a visual template."""

    template_id: str
    name: str
    brand: str | None = Field(description="The brand that it is for; null for all.")
    version: int
    is_default: bool = Field(description="Whether it came with the project and nobody changed it.")
    formats: list[str]
    fields: dict[str, Any] = Field(description="Its named fields with their limits.")


class Templates(BaseModel):
    """All templates that are in use."""

    items: list[Template]
    total: int


@router.get("/brands", summary="List brands")
def list_brands(caller: CallerOfRequest) -> Brands:
    """By name."""
    organization_id = caller.organization.organization_id
    with caller.reading() as connection:
        items = [
            Brand(brand_id=brand_id, name=name, current=_version(versions_of(connection, organization_id, brand_id)[0]))
            for brand_id, name in connection.execute(_BRANDS).fetchall()
        ]
    return Brands(items=items, total=len(items))


@router.get("/brands/{brand_id}", summary="Show a brand")
def show_brand(brand_id: BrandId, caller: CallerOfRequest) -> ShownBrand:
    """With every version and file."""
    organization_id = caller.organization.organization_id
    with caller.reading() as connection:
        name = dict(connection.execute(_BRANDS).fetchall()).get(brand_id)
        if name is None:
            raise ApiError(Code.ITEM_NOT_FOUND, f"There is no brand {brand_id}.")
        versions = versions_of(connection, organization_id, brand_id)
        files = list_files(connection, organization_id, brand_id)
        picture_ids = dict(connection.execute(_FILES, [brand_id]).fetchall())
    return ShownBrand(
        brand_id=brand_id,
        name=name,
        versions=[_version(each) for each in versions],
        files=[
            BrandFile(
                picture_id=picture_ids[each.asset_id],
                **{field: getattr(each, field) for field in BrandFile.model_fields if field != "picture_id"},
            )
            for each in files
        ],
    )


@router.post("/brands/{brand_id}/roll-back", summary="Go back to an earlier version")
def roll_back_brand(brand_id: BrandId, wanted: RollBack, caller: CallerOfRequest) -> ShownBrand:
    """Adds a version that says and looks as the earlier one."""
    caller.require("brands.edit")
    caller.require_own("brand.brand_profiles", "brand_id", brand_id, f"There is no brand {brand_id}.")
    try:
        with caller.acting(), transaction(caller.site.database_url) as connection:
            roll_back(connection, caller.organization.organization_id, brand_id, wanted.version)
    except BrandError as error:
        raise ApiError(Code.VALIDATION_ERROR, str(error)) from None
    return show_brand(brand_id, caller)


@router.get("/templates", summary="List visual templates")
def list_templates(caller: CallerOfRequest) -> Templates:
    """By name."""
    with caller.reading() as connection:
        found = list(active(read_templates(connection, caller.organization.organization_id)))
    return Templates(items=[_template(each) for each in found], total=len(found))


@router.get(
    "/templates/{template_id}/preview",
    summary="Draw a template with its example texts",
    response_class=Response,
    responses=_PREVIEW,
)
def preview_template(template_id: TemplateId, caller: CallerOfRequest) -> Response:
    """In its first format and in English, small."""
    with caller.reading() as connection:
        picture = template_preview(connection, *_place(caller), template_id, _PREVIEW_LANGUAGE)
    if picture is None:
        raise ApiError(Code.ITEM_NOT_FOUND, f"There is no template {template_id}, or no brand yet.")
    return Response(picture.content, media_type=picture.mime_type, headers=PREVIEW_HEADERS)


def _place(caller: Caller) -> tuple[str, str]:
    return caller.site.settings.media_url, caller.organization.organization_id


def _version(found: BrandVersion) -> Version:
    return Version(
        version=found.version,
        repeats_version=found.repeats_version,
        changed_by=found.changed_by,
        created_at=found.created_at,
        **found.content.as_values(),
    )


def _template(found: StoredTemplate) -> Template:
    values = {name: getattr(found, name) for name in ("template_id", "name", "brand", "version", "is_default")}
    formats = [str(each["name"]) for each in found.document["formats"]]
    return Template(formats=formats, fields=found.document["fields"], **values)
