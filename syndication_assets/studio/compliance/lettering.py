"""Which letters of a visual are set in the fonts of the brand. Pure but for reading those fonts."""

from syndication_assets.rendering.document import TextLayer
from syndication_assets.rendering.fonts.font_folder import font_folder
from syndication_assets.rendering.lettering.text_runs import drawn_characters, lines_of_runs
from syndication_assets.studio.compliance.rules import Measured
from syndication_assets.studio.compliance.subject import Subject, corners

_MOST_SHOWN = 20


def fonts(subject: Subject) -> Measured:
    """The share of the distinct letters that the families of the brand have; emoji do not count."""
    look = subject.look
    if not look.font_files:
        return Measured(None, "The brand has no fonts of its own.")
    folder = font_folder(tuple(look.font_files))
    letters, missing, boxes = set[str](), set[str](), []
    for layer in subject.template.layers:
        if not isinstance(layer, TextLayer) or layer.name not in subject.text_boxes:
            continue
        families = (look.heading_family if layer.family == "heading" else look.text_family, look.text_family)
        runs = [
            run for line in lines_of_runs(subject.wording.fields[layer.field], subject.wording.language) for run in line
        ]
        drawn = {each for run in runs if not run.is_emoji for each in drawn_characters(run.text)}
        without = {each for each in drawn if not any(folder.has(family, each) for family in families)}
        letters |= drawn
        missing |= without
        if without:
            boxes.append(corners(subject.text_boxes[layer.name]))
    if not letters:
        return Measured(None, "It has no letters.")
    shown = "".join(sorted(missing))[:_MOST_SHOWN]
    return Measured(
        1 - len(missing) / len(letters),
        f"The fonts of the brand do not have {shown!r}: add a font of the brand for this script.",
        {"letters": shown, "boxes": boxes},
    )
