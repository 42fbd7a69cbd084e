"""Reads YAML into plain values and remembers where each of them stands. Pure.

PyYAML's events instead of its constructors: nothing in a file can make an object, nesting and aliases are bounded, and
every value keeps its place. Plain words follow the core schema of YAML 1.2: only true and false are booleans, so the
country NO, `on` and `12:30` are texts, and a number with a decimal point is a Decimal.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import yaml

from syndication_assets.configuration.file.problems import ConfigurationError, Place, Problem

MOST_BYTES = 10_000_000
_DEEPEST = 20
_MOST_NODES = 500_000
"""With every alias counted as often as what it stands for."""
_INTEGER = re.compile(r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+")
_DECIMAL = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]{1,3})?")
_WORDS: dict[str, Any] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
_MOST_DIGITS = 100
Step = str | int


@dataclass(slots=True)
class Node:
    """A value of the file with its place. `members` are those of a mapping, `items` those of a list."""

    place: Place
    value: Any = None
    members: dict[str, tuple[Place, "Node"]] | None = None
    items: list["Node"] | None = None
    size: int = 1

    def plain(self) -> Any:
        """The value without places."""
        if self.members is not None:
            return {name: node.plain() for name, (_, node) in self.members.items()}
        return [node.plain() for node in self.items] if self.items is not None else self.value

    def place_of(self, path: tuple[Step, ...], *, of_key: bool = False) -> Place:
        """Where the value stands, or its key; of a path that is not in the file, the nearest place above it."""
        place, node = self.place, self
        for number, step in enumerate(path, start=1):
            if node.members is not None and step in node.members:
                key_place, node = node.members[str(step)]
                place = key_place if of_key and number == len(path) else node.place
            elif node.items is not None and isinstance(step, int) and step < len(node.items):
                node = node.items[step]
                place = node.place
            else:
                break
        return place

    def texts(self, path: tuple[Step, ...] = ()) -> Iterator[tuple[tuple[Step, ...], str]]:
        """Every text below the node with its path."""
        if isinstance(self.value, str):
            yield path, self.value
        for name, (_, node) in (self.members or {}).items():
            yield from node.texts((*path, name))
        for number, node in enumerate(self.items or ()):
            yield from node.texts((*path, number))


@dataclass(slots=True)
class _Open:
    """A mapping or list whose end has not been read."""

    node: Node
    anchor: str | None
    key: tuple[Place, str] | None = None


@dataclass(slots=True)
class _Builder:
    file: str
    stack: list[_Open] = field(default_factory=list)
    anchors: dict[str, Node] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    root: Node | None = None
    nodes: int = 0
    documents: int = 0

    def take(self, event: yaml.Event) -> None:
        mark = event.start_mark
        place = Place(self.file, mark.line + 1, mark.column + 1) if mark is not None else Place(self.file)
        if isinstance(event, yaml.DocumentStartEvent):
            self.documents += 1
            if self.documents > 1:
                raise self._error(place, "A second document begins here: write one file for each.")
        elif isinstance(event, yaml.ScalarEvent):
            self._require_no_tag(event, place)
            self._add(Node(place, _scalar(event)), event.anchor)
        elif isinstance(event, yaml.AliasEvent):
            self._alias(str(event.anchor), place)
        elif isinstance(event, yaml.MappingStartEvent | yaml.SequenceStartEvent):
            self._require_no_tag(event, place)
            if len(self.stack) >= _DEEPEST:
                raise self._error(place, f"Values are nested more than {_DEEPEST} levels deep: no part needs that.")
            is_mapping = isinstance(event, yaml.MappingStartEvent)
            self.stack.append(_Open(Node(place, members={}) if is_mapping else Node(place, items=[]), event.anchor))
        elif isinstance(event, yaml.MappingEndEvent | yaml.SequenceEndEvent):
            closed = self.stack.pop()
            self._add(closed.node, closed.anchor)

    def _add(self, node: Node, anchor: str | None) -> None:
        self.nodes += 1
        if anchor is not None:
            self.anchors[anchor] = node
        if not self.stack:
            self.root = node
            return
        parent = self.stack[-1]
        parent.node.size += node.size
        if self.nodes > _MOST_NODES or parent.node.size > _MOST_NODES:
            raise self._error(
                node.place, f"The file has more than {_MOST_NODES:,} values, aliases included: divide it."
            )
        if parent.node.items is not None:
            parent.node.items.append(node)
        elif parent.key is None:
            self._take_key(parent, node)
        elif parent.node.members is not None:
            key_place, name = parent.key
            parent.key = None
            if name in parent.node.members:
                first = parent.node.members[name][0]
                self.problems.append(
                    Problem(key_place, f"`{name}` is written twice, first in line {first.line}: remove one of them.")
                )
            else:
                parent.node.members[name] = (key_place, node)

    def _take_key(self, parent: _Open, node: Node) -> None:
        if not isinstance(node.value, str):
            self.problems.append(Problem(node.place, "A key is a name: write it as text."))
        parent.key = (node.place, str(node.value))

    def _alias(self, anchor: str, place: Place) -> None:
        if any(opened.anchor == anchor for opened in self.stack):
            raise self._error(place, f"*{anchor} contains itself: write the value out.")
        target = self.anchors.get(anchor)
        if target is None:
            raise self._error(place, f"There is no anchor &{anchor} before this alias: write the value out.")
        self._add(Node(place, target.value, target.members, target.items, target.size), None)

    def _require_no_tag(self, event: Any, place: Place) -> None:
        if event.tag not in {None, "!"}:
            raise self._error(place, f"The tag {event.tag} is not used here: write a plain value.")

    def _error(self, place: Place, message: str) -> ConfigurationError:
        return ConfigurationError([*self.problems, Problem(place, message)])


def read_yaml(content: bytes, file: str) -> tuple[Node, list[Problem]]:
    """The tree of a file, and the problems that do not keep it from being read further, such as duplicate keys.

    ConfigurationError, with all problems found so far, if it is no YAML, or larger than any configuration.
    """
    if len(content) > MOST_BYTES:
        raise ConfigurationError([Problem(Place(file), f"The file has more than {MOST_BYTES:,} bytes: divide it.")])
    builder = _Builder(file)
    try:
        for event in yaml.parse(_decoded(content, file), Loader=yaml.CSafeLoader):
            builder.take(event)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = Place(file, mark.line + 1, mark.column + 1) if mark is not None else Place(file)
        context = f" {error.context}" if error.context else ""
        problem = f"This is no YAML:{context} {error.problem}. Check indentation, quotes and colons."
        raise ConfigurationError([*builder.problems, Problem(place, problem)]) from None
    except yaml.YAMLError:
        problem = "The file has a control character that YAML does not allow: remove it."
        raise ConfigurationError([*builder.problems, Problem(Place(file), problem)]) from None
    if builder.root is None:
        raise ConfigurationError([Problem(Place(file), "The file is empty: begin it with `organization:`.")])
    return builder.root, builder.problems


def _decoded(content: bytes, file: str) -> str:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise ConfigurationError([Problem(Place(file, line), "The file is not UTF-8: save it as UTF-8.")]) from None
    if "\0" in text:
        raise ConfigurationError([Problem(Place(file), "The file has NUL characters: save it as UTF-8.")])
    return text


def _scalar(event: yaml.ScalarEvent) -> Any:
    return plain_value(event.value) if event.implicit[0] and not event.style else event.value


def number_text(number: Decimal) -> str:
    """A number with all of its digits and no more, never with an exponent."""
    text = format(number, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def plain_value(text: str) -> Any:
    """What a plain word means in the core schema of YAML 1.2."""
    if text in _WORDS:
        return _WORDS[text]
    if len(text) <= _MOST_DIGITS:
        if _INTEGER.fullmatch(text):
            return int(text, 0) if text.startswith(("0o", "0x")) else int(text)
        if _DECIMAL.fullmatch(text):
            return Decimal(text)
    return text
