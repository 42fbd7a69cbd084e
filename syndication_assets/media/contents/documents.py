"""The first page of a PDF document."""

import pypdfium2
import pypdfium2.raw

from syndication_assets.media.contents.preview import POSTER_PIXELS, DamagedMediaError, Preview, small_copies


def read_document(content: bytes) -> Preview:
    """DamagedMediaError if the document cannot be opened or its first page cannot be drawn. One with a password has no
    small copies.
    """
    try:
        with pypdfium2.PdfDocument(content) as document:
            return _read(document)
    except DamagedMediaError:
        raise
    except MemoryError:
        raise DamagedMediaError("the document needs more memory than drawing may use") from None
    except pypdfium2.PdfiumError as error:
        if getattr(error, "err_code", None) == pypdfium2.raw.FPDF_ERR_PASSWORD:
            return Preview(reason="the document has a password")
        raise DamagedMediaError("the document cannot be opened") from None


def _read(document: pypdfium2.PdfDocument) -> Preview:
    pages = len(document)
    if not pages:
        raise DamagedMediaError("the document has no page")
    page = document[0]
    longest = max(page.get_size())
    if not longest > 0:
        raise DamagedMediaError("the first page of the document has no size")
    # The picture has this size whatever the page says of its own.
    drawn = page.render(scale=POSTER_PIXELS / longest, may_draw_forms=False).to_pil().convert("RGB")
    thumbnail, poster = small_copies(drawn)
    return Preview(page_count=pages, thumbnail=thumbnail, poster=poster)
