"""What is checked of headers: those that are sent, and the encodings of an answer."""

from collections.abc import Mapping

import httpx2

from syndication_assets.http.http_errors import CompressedTwiceError, InvalidRequestError


def check_encoding(response: httpx2.Response) -> None:
    """CompressedTwiceError if more than one decompression would be needed: together they know no bound."""
    encodings = response.headers.get_list("Content-Encoding", split_commas=True)
    if sum(encoding.strip().lower() not in {"", "identity"} for encoding in encodings) > 1:
        raise CompressedTwiceError("the answer is compressed more than once")


def check_headers(headers: Mapping[str, str]) -> None:
    """The HTTP library would quote the whole value, perhaps a key, to say what is wrong with it."""
    for name, value in headers.items():
        if not value.isascii() or not value.isprintable():
            raise InvalidRequestError(f"the value of the header {name} has a character that no header may have")
