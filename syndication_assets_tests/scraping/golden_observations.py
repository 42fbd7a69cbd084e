"""What items are parsed into, as the text of a golden file: without fields that have no value."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec

from syndication_assets.scraping.items.observation import ParsedItem

GOLDEN = Path(__file__).with_name("golden")


def observations_of(parsed: Sequence[ParsedItem]) -> str:
    return json.dumps(_with_values(msgspec.to_builtins(parsed, str_keys=True)), indent=2, ensure_ascii=False) + "\n"


def _with_values(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _with_values(below) for key, below in value.items() if below not in (None, [], ())}
    return [_with_values(below) for below in value] if isinstance(value, list | tuple) else value
