"""Logo, safe zone and file: what is known of a picture that we have drawn ourselves. Pure."""

import io
import math

from PIL import Image

from syndication_assets.rendering.boxes import PixelBox
from syndication_assets.rendering.document import TextLayer
from syndication_assets.studio.compliance.rules import Measured
from syndication_assets.studio.compliance.subject import Subject, corners


def logo(subject: Subject) -> Measured:
    problem = _without_logo(subject)
    if problem is not None:
        return Measured(None, problem)
    boxes = subject.logo_boxes
    return Measured(
        float(bool(boxes)), "The logo is not in the picture: change the template.", {"boxes": [*map(corners, boxes)]}
    )


def logo_size(subject: Subject) -> Measured:
    if not subject.logo_boxes:
        return Measured(None, "It has no logo.")
    box = subject.logo_boxes[0]
    shorter = min(subject.format.width, subject.format.height)
    return Measured(
        max(box.width, box.height) / shorter, "The logo is too small: enlarge its box.", {"box": corners(box)}
    )


def logo_clear_space(subject: Subject) -> Measured:
    if not subject.logo_boxes or not subject.text_boxes:
        return Measured(None, "It has no logo beside a text.")
    box = subject.logo_boxes[0]
    nearest = min(subject.text_boxes, key=lambda name: _distance(box, subject.text_boxes[name]))
    return Measured(
        _distance(box, subject.text_boxes[nearest]) / box.height,
        f"The text of {nearest!r} is too near to the logo: move one of them in the template.",
        {"logo": corners(box), "layer": nearest, "box": corners(subject.text_boxes[nearest])},
    )


def logo_proportions(subject: Subject) -> Measured:
    if not subject.logo_boxes or subject.look.logo is None:
        return Measured(None, "It has no logo.")
    box = subject.logo_boxes[0]
    with Image.open(io.BytesIO(subject.look.logo)) as file:
        wanted = file.width / file.height
    return Measured(
        abs(box.width / box.height - wanted) / wanted, "The logo is stretched: change its box.", {"box": corners(box)}
    )


def safe_zone(subject: Subject) -> Measured:
    wanted = subject.format
    left, top = wanted.safe_left, wanted.safe_top
    right, bottom = wanted.width - wanted.safe_right, wanted.height - wanted.safe_bottom
    named = {**subject.text_boxes, **{f"logo {place}": box for place, box in enumerate(subject.logo_boxes, start=1)}}
    outside = {}
    for name, box in named.items():
        inside = max(min(box.right, right) - max(box.x, left), 0) * max(min(box.bottom, bottom) - max(box.y, top), 0)
        if (pixels := box.width * box.height - inside) > 0:
            outside[name] = pixels
    return Measured(
        float(sum(outside.values())),
        "The platform covers a part of it: move it in the template, in this format.",
        {
            "pixels": outside,
            "safe": [left, top, right, bottom],
            "boxes": {name: corners(box) for name, box in named.items() if name in outside},
        },
    )


def text_fit(subject: Subject) -> Measured:
    """The share of its size that the text keeps which was made smallest to fit."""
    reference = math.sqrt(subject.format.width * subject.format.height)
    designed = {layer.name: layer.size * reference for layer in subject.template.layers if isinstance(layer, TextLayer)}
    kept = {
        name: min(size / designed[name], 1.0)
        for name, size in subject.picture.text_sizes.items()
        if name in designed and name in subject.text_boxes
    }
    if not kept:
        return Measured(None, "It has no text.")
    smallest = min(kept, key=lambda name: kept[name])
    return Measured(
        kept[smallest],
        f"The text of {smallest!r} is much smaller than the template wants it: say it in fewer words.",
        {"layer": smallest, "box": corners(subject.text_boxes[smallest])},
    )


def file_size(subject: Subject) -> Measured:
    size = len(subject.picture.content)
    if subject.maximum_bytes is None:
        return Measured(None, "The channel states no limit.", {"bytes": size})
    return Measured(size / subject.maximum_bytes, "The file is too large: use a calmer photo.", {"bytes": size})


def dimensions(subject: Subject) -> Measured:
    picture, wanted = subject.picture, subject.format
    return Measured(
        float(abs(picture.width - wanted.width) + abs(picture.height - wanted.height)),
        "It has another size than the format: make it again.",
        {"width": picture.width, "height": picture.height},
    )


def mime_type(subject: Subject) -> Measured:
    kind = subject.picture.mime_type
    return Measured(
        float(kind in subject.mime_types), f"The channel does not take {kind}: make it again.", {"mime_type": kind}
    )


def template_kept(subject: Subject) -> Measured:
    return Measured(
        float(len(subject.corrections)),
        "It needed corrections: change its template, if it needs them often.",
        {"corrections": list(subject.corrections)},
    )


def _without_logo(subject: Subject) -> str | None:
    if subject.look.logo is None:
        return "The brand has no logo."
    return None if subject.has_logo_layer else "The template has no logo in this format."


def _distance(first: PixelBox, other: PixelBox) -> float:
    """Pixels between two boxes; 0 if they touch."""
    across = max(first.x - other.right, other.x - first.right, 0)
    down = max(first.y - other.bottom, other.y - first.bottom, 0)
    return float((across**2 + down**2) ** 0.5)
