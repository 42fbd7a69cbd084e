"""Brands: what they say, their versions, files and visual templates with a preview."""

import re

from starlette.responses import Response

from syndication_assets.brand.files.brand_files import ASSET_TYPES, add_file, list_files
from syndication_assets.brand.profiles.brand_versions import roll_back, versions_of
from syndication_assets.brand.templates.template_rows import active, read_templates
from syndication_assets.database.connection import transaction
from syndication_assets.media.media_store import MediaStore
from syndication_assets.web.page import NotFoundError, Page
from syndication_assets.web.routes import PageRoute
from syndication_assets.web.template_previews import PREVIEW_HEADERS, template_preview
from syndication_assets.web.uploaded_pictures import UploadError, picture_of
from syndication_assets.web.uploads import MOST_FILE_BYTES

PICTURE_TYPES = tuple(asset_type for asset_type in ASSET_TYPES if asset_type != "font")
_LONGEST_NAME, _LONGEST_DESCRIPTION = 100, 500
_BRANDS = "select brand_id, brand_name from brand.brand_profiles where is_active order by brand_name"
_FILE_IDS = "select asset_id, media_file_id from brand.brand_assets"
_SCORES = "select brand_id, minimum_score from brand.brand_versions where is_current"


def show_brands(page: Page) -> Response:
    organization_id = page.organization.organization_id
    with page.reading() as connection:
        names = dict(connection.execute(_BRANDS).fetchall())
        brands = [
            (brand_id, name, versions_of(connection, organization_id, brand_id)) for brand_id, name in names.items()
        ]
        files = list_files(connection, organization_id)
        templates = list(active(read_templates(connection, organization_id)))
        file_ids = dict(connection.execute(_FILE_IDS).fetchall())
        scores = dict(connection.execute(_SCORES).fetchall())
        people = dict(
            connection.execute(
                "select actor, tenancy.actor_name(actor) from unnest(%s::text[]) as a (actor)",
                [list({version.changed_by for _, _, versions in brands for version in versions})],
            ).fetchall()
        )
    return page.render(
        "brands.html",
        picture_types=PICTURE_TYPES,
        most_bytes=MOST_FILE_BYTES,
        brands=brands,
        files=files,
        templates=templates,
        spoken={
            brand_id: [page.language.name_of(code) for code in versions[0].content.languages]
            for brand_id, _, versions in brands
        },
        file_ids=file_ids,
        scores=scores,
        people=people,
    )


def show_preview(page: Page) -> Response:
    """The template with its example texts, in the language of the page."""
    media_url, organization_id = page.site.settings.media_url, page.organization.organization_id
    template_id = str(page.request.path_params["template_id"])
    with page.reading() as connection:
        picture = template_preview(connection, media_url, organization_id, template_id, page.language.code)
    if picture is None:
        raise NotFoundError("There is no such template, or no brand yet.")
    return Response(picture.content, media_type=picture.mime_type, headers=PREVIEW_HEADERS)


def roll_back_brand(page: Page) -> Response:
    organization_id, brand_id = page.organization.organization_id, _own_brand(page)
    version = page.form.get("version", "")
    if re.fullmatch("[0-9]{1,9}", version) is None:
        raise NotFoundError("There is no such brand.")
    with page.acting(), transaction(page.site.database_url) as connection:
        roll_back(connection, organization_id, brand_id, int(version))
    return page.go("/brand", done="rolled_back")


def add_brand_file(page: Page) -> Response:
    """A picture of a brand; a logo takes the place of the one before, in a new version of the brand."""
    organization_id, brand_id = page.organization.organization_id, _own_brand(page)
    name, asset_type = page.form.get("name", "").strip(), page.form.get("asset_type", "")
    if not name or len(name) > _LONGEST_NAME or asset_type not in PICTURE_TYPES:
        raise UploadError(page.text("Give the file a name and one of the types that are offered."))
    content = picture_of(page.upload)
    store = MediaStore.of(page.site.settings)
    store.claim(page.site.database_url)
    with page.acting(), transaction(page.site.database_url) as connection:
        add_file(
            *(connection, store, organization_id, brand_id),
            name=name,
            asset_type=asset_type,
            content=content,
            description=page.form.get("description", "").strip()[:_LONGEST_DESCRIPTION] or None,
        )
    return page.go("/brand", done="file_added")


def _own_brand(page: Page) -> str:
    return page.own_id("brand_id", "brand.brand_profiles", "There is no such brand.")


ROUTES = (
    PageRoute("GET", "/brand", show_brands),
    PageRoute("GET", "/brand/templates/{template_id}", show_preview),
    PageRoute("POST", "/brand/{brand_id}/roll-back", roll_back_brand, permission="brands.edit"),
    PageRoute("POST", "/brand/{brand_id}/files", add_brand_file, permission="brands.edit", takes_file=True),
)
