"""Writes the file of an organization from the database: applying it changes nothing."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any

import yaml
from pydantic import BaseModel

from syndication_assets.configuration.file.suspected_secrets import secret_fields
from syndication_assets.configuration.file.yaml_tree import number_text, plain_value
from syndication_assets.configuration.organization import read_organization
from syndication_assets.configuration.section import Section
from syndication_assets.configuration.sections import OF_ORGANIZATIONS, SHARED
from syndication_assets.database.connection import transaction
from syndication_assets.errors import SyndicationError

_WIDTH = 110


def export_organization(url: str, slug: str, schema: str | None = None) -> str:
    """The file of an organization. `schema` is the path of its JSON Schema, for editors."""
    with transaction(url) as connection:
        found = read_organization(connection, slug)
        if found is None:
            raise SyndicationError(
                f"There is no organization {slug!r}: `syndication organization list` shows what there is."
            )
        organization_id, organization = found
        parts: dict[str, Any] = {"organization": _values(organization)}
        for section in OF_ORGANIZATIONS:
            parts |= _part(section, section.read(connection, organization_id))
    return as_yaml(parts, schema)


def export_shared(url: str, schema: str | None = None) -> str:
    """The file of what all organizations share."""
    parts: dict[str, Any] = {"shared": True}
    with transaction(url) as connection:
        for section in SHARED:
            parts |= _part(section, section.read(connection, ""))
    return as_yaml(parts, schema)


def _part(section: Section, entries: Iterable[BaseModel]) -> dict[str, Any]:
    """A section without entries is left out: the file does not manage it then."""
    values = []
    for entry in entries:
        suspected = secret_fields(entry.model_dump())
        if suspected:
            raise SyndicationError(
                f"{section.path_of(entry)} has a `{suspected[0]}` that looks like a secret, which no file holds: "
                "store it with `syndication credentials set NAME`, and name the credential instead."
            )
        values.append(_values(entry))
    return {section.name: values[0] if section.is_single else values} if values else {}


def _values(entry: BaseModel) -> dict[str, Any]:
    """The fields that are required, or differ from what a file may leave out."""
    return {
        name: getattr(entry, name)
        for name, field in type(entry).model_fields.items()
        if field.is_required() or getattr(entry, name) != field.default
    }


def as_yaml(parts: dict[str, Any], schema: str | None = None) -> str:
    """The parts as YAML, with an empty line between them."""
    head = f"# yaml-language-server: $schema={schema}\n" if schema is not None else ""
    return head + "\n".join(
        yaml.dump(
            {name: part}, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=_WIDTH, default_flow_style=False
        )
        for name, part in parts.items()
    )


class _Dumper(yaml.SafeDumper):
    """Puts a text in quotes if this program, or a reader of YAML 1.1, would take it for something else."""

    def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002 - the name of PyYAML
        return True

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:  # noqa: ARG002
        super().increase_indent(flow, False)


def _text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    is_text = isinstance(plain_value(text), str)
    style = "|" if "\n" in text and text.strip() == text and "\r" not in text else None if is_text else "'"
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


def _decimal(dumper: yaml.SafeDumper, number: Decimal) -> yaml.ScalarNode:
    text = number_text(number)
    kind = "float" if "." in text else "int"
    return dumper.represent_scalar(f"tag:yaml.org,2002:{kind}", text)


def _day(dumper: yaml.SafeDumper, day: date) -> yaml.ScalarNode:
    return dumper.represent_scalar("tag:yaml.org,2002:timestamp", day.isoformat())


_Dumper.add_representer(str, _text)
_Dumper.add_representer(Decimal, _decimal)
_Dumper.add_representer(date, _day)
