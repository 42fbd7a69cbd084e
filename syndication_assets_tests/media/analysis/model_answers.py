"""What a model that sees may answer about a picture, as a server sends it."""

import json
from typing import Any

from syndication_assets_tests.ai.chat_server import Reply, completion

SEEN = {
    "description": "A red kilt on a table.",
    "text_in_picture": "SALE\nuntil Sunday",
    "text_language": "en",
    "objects": ["kilt", "table"],
    "safety": "safe",
    "safety_reason": None,
    "alt_text": "A red kilt lies on a wooden table.",
    "confidence": 0.9,
}


def seen(**changes: Any) -> Reply:
    """A completion that describes the picture, with changes to it."""
    return completion(json.dumps({**SEEN, **changes}))
