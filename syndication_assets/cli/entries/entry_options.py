"""Arguments and options of a command, made from the fields of a section's model, and the values that were typed."""

from collections.abc import Callable, Iterable
from decimal import Decimal, InvalidOperation
from types import UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

import click
from pydantic.fields import FieldInfo

from syndication_assets.configuration.entries import NamedValues
from syndication_assets.configuration.file.yaml_tree import plain_value
from syndication_assets.configuration.section import Section
from syndication_assets.errors import SyndicationError

Decorator = Callable[[Callable[..., Any]], Callable[..., Any]]


def arguments(section: Section) -> Decorator:
    """An argument for each part of the section's key, in order."""

    def decorate(function: Callable[..., Any]) -> Callable[..., Any]:
        for name in reversed(section.key):
            function = click.argument(name, metavar=name.upper())(function)
        return function

    return decorate


def changeable(section: Section) -> list[tuple[str, FieldInfo]]:
    """The fields that are options: all but the key, and `is_active`, which pause and resume set."""
    fields = section.entry.model_fields.items()
    return [(name, field) for name, field in fields if name not in section.key and name != "is_active"]


def options(section: Section, *, is_new: bool) -> Decorator:
    """An option for each changeable field; required where a new entry must have it."""

    def decorate(function: Callable[..., Any]) -> Callable[..., Any]:
        for name, field in reversed(changeable(section)):
            function = _option(name, field, is_required=is_new and field.is_required())(function)
        return function

    return decorate


def _option(name: str, field: FieldInfo, *, is_required: bool) -> Decorator:
    kinds = _kinds(field.annotation)
    flag = f"--{name.replace('_', '-')}"
    meaning = field.description or ""
    if kinds == {bool}:
        return click.option(f"{flag}/--no-{flag[2:]}", name, default=None, help=meaning)
    choices = _choices(field.annotation)
    is_mapping = dict in kinds
    is_list = (list in kinds and len(kinds) == 1) or is_mapping
    return click.option(
        flag,
        name,
        default=None,
        required=is_required,
        multiple=is_list,
        type=click.Choice(choices) if choices else str,
        metavar="NAME=VALUE" if is_mapping else None if choices else name.rsplit("_", maxsplit=1)[-1].upper(),
        help=meaning + (" Repeat it for several." if is_list else ""),
    )


def _kinds(annotation: Any) -> set[Any]:
    """The plain types that a field may have, without None."""
    origin = get_origin(annotation)
    if origin is Annotated:
        return _kinds(get_args(annotation)[0])
    if origin in {Union, UnionType}:
        return set().union(*map(_kinds, get_args(annotation)))
    if origin in {list, dict}:
        return {origin}
    if origin is Literal:
        return {str}
    return set() if annotation is type(None) else {annotation}


def _choices(annotation: Any) -> list[str]:
    origin = get_origin(annotation)
    if origin is list:
        return _choices(get_args(annotation)[0])
    return list(get_args(annotation)) if origin is Literal else []


def typed_values(section: Section, given: dict[str, Any]) -> dict[str, Any]:
    """What was typed, as the values that a file would have."""
    fields = section.entry.model_fields
    return {name: _value(name, fields[name], text) for name, text in given.items() if text not in {None, ()}}


def typed_key(section: Section, key: Iterable[str]) -> tuple[Any, ...]:
    """The key as the model spells it: a handle in lower case, a day as a day."""
    typed = dict(zip(section.key, key, strict=True))
    fields = section.entry.model_fields
    values = {name: _value(name, fields[name], text) for name, text in typed.items()}
    return section.canonical_key(values)


def _value(name: str, field: FieldInfo, given: Any) -> Any:
    kinds = _kinds(field.annotation)
    if isinstance(given, tuple):
        return _several(name, field, given)
    if given == "" and not field.is_required():
        return None
    if isinstance(given, bool) or kinds == {str}:
        return given
    if len(kinds) > 1:
        return [plain_value(word.strip()) for word in given.split(";")] if ";" in given else plain_value(given)
    if Decimal in kinds or int in kinds:
        number = _number(name, given)
        return int(number) if int in kinds and number == int(number) else number
    return given


def _several(name: str, field: FieldInfo, given: tuple[str, ...]) -> dict[str, str] | list[Any]:
    """The value of an option that may be repeated: pairs of a mapping, or items of a list."""
    if dict in _kinds(field.annotation):
        return NamedValues(_pair(name, text) for text in given)
    item = get_args(field.annotation)[0]
    return [_item(name, _kinds(item), text) for text in given]


def _pair(name: str, text: str) -> tuple[str, str]:
    key, separator, value = text.partition("=")
    if not separator:
        raise SyndicationError(f"`{name}` is {text!r}: write NAME=VALUE.")
    return key.strip(), value.strip()


def _item(name: str, kinds: set[Any], text: str) -> Any:
    if int in kinds:
        number = _number(name, text)
        return int(number) if number == int(number) else number
    return _number(name, text) if Decimal in kinds else text


def _number(name: str, text: str) -> Decimal:
    try:
        return Decimal(text)
    except InvalidOperation:
        raise SyndicationError(f"`{name}` is {text!r}: write a number, as in 12.50.") from None
