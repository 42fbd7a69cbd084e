"""Forms as browsers send them, with a file where the page takes one: bounded in bytes, parts and time.

Nothing here knows what a file is: `pages` ask `uploaded_pictures.py`.
"""

import asyncio
import re
from http import HTTPStatus
from typing import NamedTuple

from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import Request

MOST_FILE_BYTES = 15_000_000
MOST_FORM_BYTES = 256 * 1024
"""Of everything else in a form, and of a body without a file."""
_MOST_FIELDS = 50
_SECONDS = 60.0
_TAKES_FILE = re.compile(r"/requests|/brand/[^/]+/files")
_AT_ONCE = asyncio.Semaphore(4)
"""How many forms with a file are read at the same time: the others wait before their first byte is read."""


class Upload(NamedTuple):
    """A file that was sent. Its name is what the browser says, and is never part of a path."""

    name: str
    content: bytes


class Form(NamedTuple):
    """What was sent."""

    fields: dict[str, str]
    upload: Upload | None


def most_bytes(method: str, path: str) -> int:
    """The longest body that is accepted."""
    is_large = method == "POST" and _TAKES_FILE.fullmatch(path) is not None
    return MOST_FORM_BYTES + MOST_FILE_BYTES if is_large else MOST_FORM_BYTES


async def read_form(request: Request, *, takes_file: bool) -> Form:
    """The fields of a form, of one that was sent twice the last value, and its file, if the page takes one and one was
    chosen. HTTPException for more than is accepted, and for a form that does not end in time.
    """
    try:
        async with asyncio.timeout(_SECONDS):
            if not takes_file:
                return await _read(request, most_files=0)
            async with _AT_ONCE:
                return await _read(request, most_files=1)
    except TimeoutError:
        raise HTTPException(HTTPStatus.REQUEST_TIMEOUT, "The form took too long to arrive: send it again.") from None


async def _read(request: Request, *, most_files: int) -> Form:
    fields: dict[str, str] = {}
    upload = None
    async with request.form(max_files=most_files, max_fields=_MOST_FIELDS) as form:
        for name, value in form.multi_items():
            if not isinstance(value, UploadFile):
                fields[name] = value
            elif value.size:
                if value.size > MOST_FILE_BYTES:
                    raise HTTPException(
                        HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
                        f"A file has at most {MOST_FILE_BYTES:,} bytes: choose another.",
                    )
                upload = Upload(value.filename or "", await value.read())
    return Form(fields, upload)
