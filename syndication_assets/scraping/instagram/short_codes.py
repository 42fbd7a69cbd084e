"""The short code of a post on Instagram, which is its identity: whoever tells of a post knows its address. Pure.

The address of a reel is `/reel/<code>` or `/p/<code>`, with and without a slash at the end or the name of its owner.
The Graph API has ids of its own for the posts of an account, and a permalink, which has the short code.
"""

import re

_CODE = re.compile(r"[A-Za-z0-9_-]{6,60}")
_ADDRESS = re.compile(r"instagram\.[a-z]+/(?:[^/?#]+/)?(?:p|reel|reels|tv)/([A-Za-z0-9_-]{6,60})(?:[/?#]|$)")


def is_short_code(text: str) -> bool:
    return _CODE.fullmatch(text) is not None


def short_code_in(address: str | None) -> str | None:
    """The short code in the address of a post; None if it is the address of something else."""
    match = _ADDRESS.search(address or "")
    return match[1] if match else None


def full_urn(code: str) -> str:
    return f"ig:shortcode:{code}"
