"""The hash of everything a picture depends on, known before it is drawn: equal hashes, equal pictures."""

import hashlib
import json
from collections.abc import Mapping
from functools import cache
from importlib.metadata import version

from syndication_assets.rendering.brand_look import BrandLook
from syndication_assets.rendering.document import VisualTemplate
from syndication_assets.rendering.fonts.kit_fonts import kit_font_versions
from syndication_assets.rendering.pictures.faces import finder_version

RENDERER_VERSION = 1
"""Raised when the same inputs are drawn in another way."""


def render_hash(
    template_version_id: str,
    template: VisualTemplate,
    format_name: str,
    fields: Mapping[str, str | bytes],
    look: BrandLook,
    language: str,
    *,
    is_finest: bool = False,
) -> str:
    """64 hexadecimal digits. A picture among the fields counts by its content, a look by its version."""
    values = {
        name: value if isinstance(value, str) else hashlib.sha256(value).hexdigest() for name, value in fields.items()
    }
    document = json.dumps(
        [
            RENDERER_VERSION,
            *_renderer_parts(),
            template_version_id,
            template.model_dump(mode="json"),
            format_name,
            values,
            look.version,
            language,
            *(["finest"] if is_finest else []),
        ],
        sort_keys=True,
        ensure_ascii=False,
    )
    return hashlib.sha256(document.encode("utf-8", "surrogatepass")).hexdigest()


@cache
def _renderer_parts() -> tuple[str, ...]:
    parts = (f"pillow {version('pillow')}", f"typst {version('typst')}", *kit_font_versions())
    finder = finder_version()
    return parts if finder is None else (*parts, finder)
