"""The texts of the approved pictures, and the program that draws them again."""

import json
from functools import cache
from pathlib import Path

from syndication_assets.rendering.brand_look import BrandLook
from syndication_assets.rendering.document_check import read_template
from syndication_assets.rendering.render import render
from syndication_assets.rendering.rendered_picture import RenderedPicture
from syndication_assets_tests.rendering.looks import EVERYWHERE, document, look, text_layer

FOLDER = Path(__file__).resolve().parent / "approved"
SCRIPTS = {
    "latin": ("Größe, façade & 12 %", "de"),
    "arabic": ("نسبة النمو", "ar"),
    "arabic_with_latin": ("نمو 25% في Dubai", "ar"),
    "japanese": ("静かな技の5つの習慣", "ja"),
    "korean": ("조용한 팀의 습관", "ko"),
}


def drawn_picture(text: str, language: str, brand_look: BrandLook | None = None) -> RenderedPicture:
    """One line of dark text on light, 400 by 100 pixels."""
    layers = [
        {"name": "ground", "kind": "shape", "colour": "#ffffff", "box": EVERYWHERE},
        text_layer(
            "headline", colour="#0b1f26", size=0.2, minimum_size=0.1, vertical="middle",
            box={"x": 0.05, "y": 0.1, "width": 0.9, "height": 0.8},
        ),
    ]  # fmt: skip
    template = read_template(
        document(
            fields={"headline": {"kind": "text"}},
            layers=layers,
            formats=[{"name": "line", "width": 400, "height": 200}],
        )
    )
    return render(template, "line", {"headline": text}, brand_look or look(), maximum_bytes=None, language=language)


def drawn(text: str, language: str) -> tuple[bytes, tuple[int, int, int, int]]:
    """The picture, and where its ink is."""
    picture = drawn_picture(text, language)
    box = picture.boxes["headline"]
    return picture.content, (box.x, box.y, box.width, box.height)


@cache
def approved_boxes() -> dict[str, list[int]]:
    return json.loads((FOLDER / "boxes.json").read_text())


def main() -> None:
    FOLDER.mkdir(exist_ok=True)
    boxes = {}
    for name, script in SCRIPTS.items():
        content, boxes[name] = drawn(*script)
        (FOLDER / f"{name}.png").write_bytes(content)
    (FOLDER / "boxes.json").write_text(json.dumps(boxes) + "\n")


if __name__ == "__main__":
    main()
