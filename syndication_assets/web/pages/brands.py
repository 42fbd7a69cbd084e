"""Brands: what they say, their versions, files and visual templates with a preview."""

from dataclasses import dataclass, field
from functools import lru_cache

from starlette.responses import Response

from syndication_assets.brand.files.brand_files import list_files
from syndication_assets.brand.profiles.brand_versions import BrandError, roll_back, versions_of
from syndication_assets.brand.profiles.stored_look import current_look
from syndication_assets.brand.templates.template_preview import example_fields, preview_picture, small
from syndication_assets.brand.templates.template_rows import StoredTemplate, active, read_templates
from syndication_assets.database.connection import transaction
from syndication_assets.media.media_store import MediaStore
from syndication_assets.rendering.brand_look import BrandLook
from syndication_assets.rendering.document_check import read_template
from syndication_assets.web.page import NotFoundError, Page
from syndication_assets.web.routes import PageRoute

_PREVIEW_PIXELS = 360
_KEPT_PREVIEWS = 200
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
        "brands.html", brands=brands, files=files, templates=templates, file_ids=file_ids, scores=scores, people=people
    )


@dataclass(frozen=True)
class _Drawing:
    """What a preview is drawn from; it is kept by its versions and language."""

    key: tuple[str, int, str, str]
    template: StoredTemplate = field(compare=False)
    look: BrandLook = field(compare=False)

    @property
    def language(self) -> str:
        return self.key[3]


@lru_cache(_KEPT_PREVIEWS)
def _drawn(drawing: _Drawing) -> tuple[bytes, str]:
    design = small(read_template(drawing.template.document), _PREVIEW_PIXELS)
    try:
        fields = example_fields(design, drawing.language)
    except BrandError:
        fields = example_fields(design, "en")
    picture = preview_picture(design, design.formats[0].name, drawing.look, drawing.language, fields)
    return picture.content, picture.mime_type


def show_preview(page: Page) -> Response:
    """The template with its example texts, in its first format and the brand that it is for."""
    organization_id = page.organization.organization_id
    template_id = page.request.path_params["template_id"]
    with page.reading() as connection:
        found = [each for each in read_templates(connection, organization_id) if each.template_id == template_id]
        brand_ids = [brand_id for (brand_id, _) in connection.execute(_BRANDS)]
        if not found:
            raise NotFoundError("There is no such template.")
        brand_id = found[0].brand_id or next(iter(brand_ids), None)
        if brand_id is None:
            raise NotFoundError("There is no brand yet.")
        look = current_look(connection, MediaStore(page.site.settings.media_url), organization_id, brand_id)
    template = found[0]
    key = (template.template_id, template.version, look.version, page.language.code)
    content, mime_type = _drawn(_Drawing(key, template, look))
    return Response(content, media_type=mime_type, headers={"Cache-Control": "private, max-age=300"})


def roll_back_brand(page: Page) -> Response:
    organization_id, brand_id = page.organization.organization_id, str(page.request.path_params["brand_id"])
    version = page.form.get("version", "")
    with page.reading() as connection:
        known = connection.execute("select from brand.brand_profiles where brand_id = %s", [brand_id]).fetchone()
    if known is None or not version.isdecimal():
        raise NotFoundError("There is no such brand.")
    with page.acting(), transaction(page.site.database_url) as connection:
        roll_back(connection, organization_id, brand_id, int(version))
    return page.go("/brand", done="rolled_back")


ROUTES = (
    PageRoute("GET", "/brand", show_brands),
    PageRoute("GET", "/brand/templates/{template_id}", show_preview),
    PageRoute("POST", "/brand/{brand_id}/roll-back", roll_back_brand, permission="brands.edit"),
)
