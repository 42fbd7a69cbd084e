"""The analyzer `colours` as runs use it."""

import io

from PIL import Image

from syndication_assets.media.analysis.analyzer import AnalyzerVersion, Result
from syndication_assets.media.analysis.colours.dominant_colours import VERSION, dominant_colours
from syndication_assets.media.analysis.findings import Findings, RefusedPictureError


class ColourAnalyzer:
    """Looks at a small copy: averaging keeps colours, and every picture costs about the same."""

    at_once = 1
    longest_side: int = 256
    version = AnalyzerVersion(f"colours {VERSION}")

    async def analyse(self, picture: bytes, sha256: str) -> Result:  # noqa: ARG002 - every analyzer is called so
        try:
            with Image.open(io.BytesIO(picture), formats=["JPEG"]) as image:
                shown = image.convert("RGB")
        except Exception as error:  # Pillow's formats raise whatever their parsers meet
            raise RefusedPictureError(f"the small copy cannot be decoded ({type(error).__name__})") from None
        return Findings(colours=dominant_colours(shown)), None
