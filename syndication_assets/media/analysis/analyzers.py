"""The analyzers that there are, by their names in media.analyzers."""

from contextlib import AbstractAsyncContextManager, nullcontext
from typing import Final

from syndication_assets.media.analysis.analyzer import Analyzer, AnalyzerVersion, ChosenAnalyzer
from syndication_assets.media.analysis.colours.colour_analyzer import ColourAnalyzer
from syndication_assets.media.analysis.text_in_pictures.rapidocr_analyzer import (
    RapidocrAnalyzer,
    rapidocr_version,
    why_no_rapidocr,
)
from syndication_assets.media.analysis.text_in_pictures.tesseract_analyzer import (
    TesseractAnalyzer,
    tesseract_version,
    why_no_tesseract,
)
from syndication_assets.media.analysis.vision.vision_analyzer import VisionAnalyzer, vision_version, why_no_vision
from syndication_assets.settings import Settings

ANALYZERS: Final = ("colours", "rapidocr", "tesseract", "vision")


def why_unavailable(chosen: ChosenAnalyzer, settings: Settings) -> str | None:
    """Why an analyzer cannot look at pictures here, and what to do; None if it can."""
    match chosen.analyzer:
        case "rapidocr":
            return why_no_rapidocr()
        case "tesseract":
            return why_no_tesseract(chosen.languages)
        case "vision":
            return why_no_vision(settings)
        case _:
            return None


def version_of(chosen: ChosenAnalyzer) -> AnalyzerVersion:
    """The version of an analyzer that is available."""
    match chosen.analyzer:
        case "rapidocr":
            return rapidocr_version()
        case "tesseract":
            return tesseract_version(chosen.languages)
        case "vision":
            return vision_version(chosen)
        case _:
            return ColourAnalyzer.version


def open_analyzer(
    url: str, chosen: ChosenAnalyzer, settings: Settings, run_id: str | None
) -> AbstractAsyncContextManager[Analyzer]:
    """The analyzer, which is available."""
    match chosen.analyzer:
        case "rapidocr":
            return RapidocrAnalyzer()
        case "tesseract":
            return TesseractAnalyzer(chosen.languages)
        case "vision":
            return VisionAnalyzer(url, chosen, settings, run_id)
        case _:
            return nullcontext(ColourAnalyzer())
