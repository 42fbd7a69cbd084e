"""Visual templates with their example texts, as small pictures, kept by version so that few are drawn twice."""

from dataclasses import dataclass, field
from functools import lru_cache

from syndication_assets.brand.profiles.brand_versions import BrandError
from syndication_assets.brand.profiles.stored_look import current_look
from syndication_assets.brand.templates.template_preview import example_fields, preview_picture, small
from syndication_assets.brand.templates.template_rows import StoredTemplate, read_templates
from syndication_assets.database.connection import Connection
from syndication_assets.media.media_store import MediaStore
from syndication_assets.rendering.brand_look import BrandLook
from syndication_assets.rendering.document_check import read_template
from syndication_assets.web.stored_pictures import StoredPicture

_PREVIEW_PIXELS = 360
_KEPT_PREVIEWS = 200
_FIRST_BRAND = "select brand_id from brand.brand_profiles where is_active order by brand_name limit 1"
PREVIEW_HEADERS = {"Cache-Control": "private, max-age=300"}


def template_preview(
    connection: Connection, media_url: str, organization_id: str, template_id: str, language: str
) -> StoredPicture | None:
    """The template in its first format and the brand that it is for, else the first one; None without either."""
    found = [each for each in read_templates(connection, organization_id) if each.template_id == template_id]
    if not found:
        return None
    brand_id = found[0].brand_id or next((each for (each,) in connection.execute(_FIRST_BRAND)), None)
    if brand_id is None:
        return None
    look = current_look(connection, MediaStore(media_url), organization_id, brand_id)
    key = (template_id, found[0].version, brand_id, look.version, language)
    return _drawn(_Drawing(key, found[0], look))


@dataclass(frozen=True)
class _Drawing:
    """What a preview is drawn from; it is kept by its versions and language."""

    key: tuple[str, int, str, str, str]
    template: StoredTemplate = field(compare=False)
    look: BrandLook = field(compare=False)

    @property
    def language(self) -> str:
        return self.key[-1]


@lru_cache(_KEPT_PREVIEWS)
def _drawn(drawing: _Drawing) -> StoredPicture:
    design = small(read_template(drawing.template.document), _PREVIEW_PIXELS)
    try:
        fields = example_fields(design, drawing.language)
    except BrandError:
        fields = example_fields(design, "en")
    picture = preview_picture(design, design.formats[0].name, drawing.look, drawing.language, fields)
    return StoredPicture(picture.content, picture.mime_type)
