"""The readers of text read a real picture where their programs are installed, and say what to install where not."""

import asyncio
import io
import shutil
from importlib.util import find_spec

import pytest
from PIL import Image, ImageDraw, ImageFont

from syndication_assets.cli.media_analysis import CHOICES
from syndication_assets.configuration.sections.analyzers import Analyzer
from syndication_assets.media.analysis.analyzer import ChosenAnalyzer
from syndication_assets.media.analysis.analyzers import ANALYZERS, open_analyzer, version_of, why_unavailable
from syndication_assets.media.analysis.findings import Findings
from syndication_assets.media.analysis.text_in_pictures import tesseract_analyzer
from syndication_assets.settings import Settings

SETTINGS = Settings.from_environment()
INSTALLED = {
    "rapidocr": find_spec("rapidocr") is not None,
    "tesseract": shutil.which("tesseract") is not None,
}


def chosen(analyzer: str, *languages: str) -> ChosenAnalyzer:
    return ChosenAnalyzer("org-00000000", "default", analyzer, None, list(languages), 10)


def shown(text: str) -> bytes:
    image = Image.new("RGB", (800, 200), "white")
    ImageDraw.Draw(image).text((40, 60), text, fill="black", font=ImageFont.load_default(60))
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=90)
    return buffer.getvalue()


async def read(analyzer: ChosenAnalyzer, *pictures: bytes) -> list[Findings]:
    async with open_analyzer("", analyzer, SETTINGS, None) as opened:
        return [(await opened.analyse(picture))[0] for picture in pictures]


@pytest.mark.slow
@pytest.mark.parametrize("analyzer", ["rapidocr", "tesseract"])
def test_a_reader_reads_a_sign_and_finds_nothing_in_a_blank_picture(analyzer: str):
    if not INSTALLED[analyzer]:
        pytest.skip(f"{analyzer} is not installed")
    languages = ["eng"] if analyzer == "tesseract" else []
    sign, blank = asyncio.run(read(chosen(analyzer, *languages), shown("SUMMER SALE"), shown("")))
    assert sign.text_in_picture == "SUMMER SALE"
    assert sign.confidence is not None
    assert sign.confidence > 0.8
    assert (blank.text_in_picture, blank.confidence) == ("", None)


def test_what_is_not_installed_says_what_to_install(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("PATH", "/nowhere")
    assert "apt-get install tesseract-ocr" in str(why_unavailable(chosen("tesseract", "ara"), SETTINGS))
    if not INSTALLED["rapidocr"]:
        assert "the extra text-in-pictures" in str(why_unavailable(chosen("rapidocr"), SETTINGS))
    monkeypatch.setattr(tesseract_analyzer.shutil, "which", lambda _: "/usr/bin/tesseract")
    monkeypatch.setattr(tesseract_analyzer, "_installed_languages", lambda: frozenset({"eng", "osd"}))
    assert "tesseract-ocr-ara" in str(why_unavailable(chosen("tesseract", "ara", "eng"), SETTINGS))
    assert why_unavailable(chosen("tesseract", "eng"), SETTINGS) is None


def test_the_version_of_an_analyzer_names_what_decides_its_results(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(tesseract_analyzer, "_installed_version", lambda: "tesseract 5.3.0")
    assert version_of(chosen("tesseract", "ara", "eng")).program == "tesseract 5.3.0 (ara+eng)"
    assert version_of(chosen("colours")).program.startswith("colours ")
    vision = version_of(chosen("vision")._replace(model="small"))
    assert (vision.model, bool(vision.prompt)) == ("small", True)
    assert ANALYZERS == CHOICES == Analyzer.model_fields["name"].annotation.__args__
