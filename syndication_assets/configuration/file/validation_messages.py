"""Puts the errors of pydantic into words that say what to write. Pure."""

from datetime import date
from decimal import Decimal
from typing import Any

from syndication_assets.configuration.file.suspected_secrets import looks_like_a_secret
from syndication_assets.configuration.file.yaml_tree import Step, number_text

_LONGEST = 60
_LIKE_BOOLEANS = {"yes", "no", "on", "off", "y", "n", "true", "false"}


def message_of(error: Any, path: tuple[Step, ...]) -> str:
    """One sentence: the field, what is wrong with its value, and what to write."""
    name = next((step for step in reversed(path) if isinstance(step, str)), "the file")
    value, kind = error.get("input"), error["type"]
    if kind == "missing":
        return f"`{name}` is missing: add it."
    return f"`{name}` {_complaint(value, kind, error)}."


def _complaint(value: Any, kind: str, error: Any) -> str:
    if value is None:
        return "has no value: give it one, or remove the line"
    context = error.get("ctx", {})
    messages = {
        "int_type": "write a whole number",
        "list_type": "it must be a list: begin each entry with `- `",
        "literal_error": f"choose from {str(context.get('expected', '')).replace(' or ', ', ')}",
        "string_pattern_mismatch": f"it must match {context.get('pattern')}",
        "value_error": f"it {context.get('error')}",
    }
    if kind == "bool_type":
        is_word = isinstance(value, str) and value.lower() in _LIKE_BOOLEANS
        return f"is {shown(value)}, which is {'a text here' if is_word else 'no boolean'}: write true or false"
    if kind == "string_type" and isinstance(value, bool | int | Decimal):
        return f"is {shown(value)}, which is no text: put it in quotes, as in '{shown(value)}'"
    if kind in {"string_type", "string_too_short"}:
        return f"is {shown(value) or 'empty'}: write a text, or remove the line"
    if kind in {"model_type", "model_attributes_type", "dict_type"}:
        return f"is {shown(value)}: it must be a mapping of `key: value` lines"
    return f"is {shown(value)}: {messages.get(kind) or error['msg'][:1].lower() + error['msg'][1:]}"


def shown(value: Any) -> str:
    """A value as the file writes it, shortened; never what looks like a secret."""
    if value is None:
        return "not set"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, Decimal):
        return number_text(value)
    if isinstance(value, list):
        items = f"[{', '.join(map(shown, value))}]"
        return items if len(items) <= _LONGEST else f"a list of {len(value)} values"
    if isinstance(value, str):
        return "[secret]" if looks_like_a_secret(value, may_be_random=True) else _shortened(repr(value))
    return str(value) if isinstance(value, int | date) else _kind_of(value)


def _shortened(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 2]}…'"


def _kind_of(value: Any) -> str:
    return "a list" if isinstance(value, list) else "a mapping" if isinstance(value, dict) else "a single value"
