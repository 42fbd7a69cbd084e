"""Templates: texts with placeholders. Parts in [square brackets] are left out if one of their facts is unknown."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from syndication_assets.errors import SyndicationError

PLACEHOLDERS = frozenset(
    {
        "product_name",
        "category",
        "price",
        "product_url",
        "section_heading",
        "document_title",
        "section_url",
        "description",
        "hashtags",
        "call_to_action",
    }
)
LINKS = frozenset({"product_url", "section_url"})
_TOKEN = re.compile(r"\{([^{}]*)\}|([\[\]{}])")


class TemplateError(SyndicationError):
    """A template that cannot be used; the message names the template, its version and the position."""


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a template: alternating texts and placeholders, starting and ending with a text."""

    texts: tuple[str, ...]
    placeholders: tuple[str, ...]
    is_optional: bool


@dataclass(frozen=True, slots=True)
class Template:
    """A parsed template."""

    name: str
    version: int
    parts: tuple[Part, ...]

    @property
    def required(self) -> frozenset[str]:
        """The placeholders that must be filled."""
        return frozenset(name for part in self.parts if not part.is_optional for name in part.placeholders)


def parse(name: str, version: int, body: str) -> Template:
    """Parses a template. TemplateError for an unknown placeholder, a stray brace or an unbalanced bracket."""

    def error(problem: str) -> TemplateError:
        return TemplateError(f"Template {name!r}, version {version}: {problem}. Write a new version of it.")

    parts: list[Part] = []
    texts, placeholders = [""], list[str]()
    is_optional = False
    position = 0
    for token in _TOKEN.finditer(body):
        texts[-1] += body[position : token.start()]
        position = token.end()
        placeholder, character = token.groups()
        if placeholder is not None:
            if placeholder not in PLACEHOLDERS:
                known = ", ".join(f"{{{name}}}" for name in sorted(PLACEHOLDERS))
                raise error(f"unknown placeholder {{{placeholder}}}; use one of {known}")
            placeholders.append(placeholder)
            texts.append("")
        elif character in "{}" or (character == "[") == is_optional:
            raise error(f"{character!r} at character {token.start() + 1} has no counterpart or is nested")
        else:
            parts.append(Part(tuple(texts), tuple(placeholders), is_optional))
            texts, placeholders, is_optional = [""], [], character == "["
    if is_optional:
        raise error("a '[' is never closed")
    texts[-1] += body[position:]
    parts.append(Part(tuple(texts), tuple(placeholders), False))
    return Template(name, version, tuple(part for part in parts if part.placeholders or part.texts != ("",)))


def render(template: Template, values: Mapping[str, str | None], *, omitted: frozenset[str] = frozenset()) -> str:
    """The text with its placeholders filled.

    Optional parts that need an unknown value or a placeholder in `omitted` are left out. TemplateError if a required
    value is unknown: gaps are never filled with something else.
    """
    missing = sorted(name for name in template.required if not values.get(name))
    if missing:
        raise TemplateError(
            f"Template {template.name!r}, version {template.version}: needs {', '.join(missing)}, which is unknown."
        )
    rendered = []
    for part in template.parts:
        if part.is_optional and not all(values.get(name) and name not in omitted for name in part.placeholders):
            continue
        rendered.append(part.texts[0])
        for name, text in zip(part.placeholders, part.texts[1:], strict=True):
            rendered.append(values[name] or "")
            rendered.append(text)
    return _tidy("".join(rendered))


def _tidy(text: str) -> str:
    """Removes the gaps that omitted parts leave."""
    text = re.sub(r"[ \t]+", " ", text)
    text = re.sub(r" ?\n ?", "\n", text)
    return re.sub(r"\n{3,}", "\n\n", text).strip()
