"""Previews of templates: pictures with the example texts of the template, alone or on one sheet."""

import io
from collections.abc import Iterable, Mapping, Sequence

from PIL import Image

from syndication_assets.brand.profiles.brand_versions import BrandError
from syndication_assets.rendering.brand_look import BrandLook
from syndication_assets.rendering.document import Format, VisualTemplate
from syndication_assets.rendering.render import render
from syndication_assets.rendering.rendered_picture import RenderedPicture
from syndication_assets.rendering.sample_photo import sample_photo

_GAP = 16
_GROUND = "#d9dde1"
_ROW_HEIGHT = 420
_SHEET_WIDTH = 1400


def example_fields(template: VisualTemplate, language: str, photo: bytes | None = None) -> dict[str, str | bytes]:
    """What fills the fields of a preview. BrandError for a required text without an example."""
    fields: dict[str, str | bytes] = {}
    for name, field in template.fields.items():
        if field.kind == "picture":
            fields[name] = photo or sample_photo()
        elif field.kind == "text" and (example := field.example(language)) is not None:
            fields[name] = example
        elif field.is_required and field.default is None:
            raise BrandError(f"The field {name!r} has no example to preview: add `examples` to it in the template.")
    return fields


def small(template: VisualTemplate, pixels: int) -> VisualTemplate:
    """The template with formats of about so many pixels on their shorter side: all else is in fractions of them."""
    formats = []
    for each in template.formats:
        scale = pixels / min(each.width, each.height)
        sizes = {name: round(value * scale) for name, value in each.model_dump(exclude={"name"}).items()}
        formats.append(Format(name=each.name, **sizes))
    return template.model_copy(update={"formats": formats})


def preview_picture(
    template: VisualTemplate, format_name: str, look: BrandLook, language: str, fields: Mapping[str, str | bytes]
) -> RenderedPicture:
    """The template in one of its formats."""
    return render(template, format_name, fields, look, maximum_bytes=None, language=language)


def preview_sheet(template: VisualTemplate, look: BrandLook, language: str, fields: Mapping[str, str | bytes]) -> bytes:
    """PNG with the template in all its formats."""
    return sheet_of(preview_picture(template, each.name, look, language, fields).content for each in template.formats)


def sheet_of(pictures: Iterable[bytes], *, row_height: int = _ROW_HEIGHT, width: int = _SHEET_WIDTH) -> bytes:
    """PNG with pictures in rows of one height."""
    rows: list[list[Image.Image]] = [[]]
    for content in pictures:
        with Image.open(io.BytesIO(content)) as opened:
            size = (max(round(opened.width * row_height / opened.height), 1), row_height)
            picture = opened.convert("RGB").resize(size, Image.Resampling.LANCZOS, reducing_gap=2)
        if rows[-1] and _width([*rows[-1], picture]) > width:
            rows.append([])
        rows[-1].append(picture)
    sheet = Image.new("RGB", (max(map(_width, rows)), (row_height + _GAP) * len(rows) + _GAP), _GROUND)
    for number, row in enumerate(rows):
        left = _GAP
        for picture in row:
            sheet.paste(picture, (left, _GAP + number * (row_height + _GAP)))
            left += picture.width + _GAP
    buffer = io.BytesIO()
    sheet.save(buffer, "PNG")
    return buffer.getvalue()


def _width(row: Sequence[Image.Image]) -> int:
    return sum(picture.width + _GAP for picture in row) + _GAP
