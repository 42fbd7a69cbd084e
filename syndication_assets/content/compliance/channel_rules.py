"""The rules of one channel, read from its requirement rows: prompts list them, and texts are checked against them."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any, Literal

from syndication_assets.text.lengths import length_in

Severity = Literal["hard", "soft"]


@dataclass(frozen=True, slots=True)
class Requirement:
    """One row of channels.channel_requirements."""

    category: str
    key: str
    value: Any = None
    minimum: Decimal | None = None
    maximum: Decimal | None = None
    unit: str | None = None
    severity: Severity = "hard"
    description: str | None = None

    @property
    def is_enabled(self) -> bool:
        """False only for a yes-or-no rule whose value is no."""
        return self.value is not False

    @property
    def upper_limit(self) -> Decimal | None:
        """The greatest allowed number: the maximum or, without a range, the value. None without a limit."""
        return self.number if self.minimum is None and self.maximum is None else self.maximum

    @property
    def number(self) -> Decimal | None:
        """The value if it is a number, else None."""
        if isinstance(self.value, bool) or not isinstance(self.value, int | float | Decimal):
            return None
        return Decimal(str(self.value))

    @property
    def words(self) -> tuple[str, ...]:
        """The value as words: a text is one word, a list its items, anything else none."""
        if isinstance(self.value, str):
            return (self.value,)
        return tuple(str(word) for word in self.value) if isinstance(self.value, list) else ()


class ChannelRules:
    """The active requirements of one channel, iterated in the order of the rows.

    Rows of two categories may share a key: a text must comply with all of them.
    """

    def __init__(self, requirements: Iterable[Requirement] = ()) -> None:
        self._rows = tuple({(row.category, row.key): row for row in requirements}.values())
        self._by_key: dict[str, list[Requirement]] = {}
        for requirement in self._rows:
            self._by_key.setdefault(requirement.key, []).append(requirement)

    def __iter__(self) -> Iterator[Requirement]:
        return iter(self._rows)

    def get(self, key: str) -> Requirement | None:
        """The first row with that key; None if there is none."""
        return next(iter(self.all(key)), None)

    def all(self, key: str) -> Sequence[Requirement]:
        return self._by_key.get(key, ())

    def within(self, limits: Mapping[str, int]) -> "ChannelRules":
        """These rules where a server of the channel allows less than they do: rule name → greatest number."""
        return ChannelRules(
            replace(row, maximum=Decimal(limits[row.key]), value=None)
            if row.severity == "hard"
            and row.key in limits
            and (row.upper_limit is None or row.upper_limit > limits[row.key])
            else row
            for row in self._rows
        )

    def in_language(self, language: str) -> "ChannelRules":
        """These rules for a text in another language (ISO 639-1)."""
        others = (row for row in self._rows if row.key != "language")
        return ChannelRules([*others, Requirement("content", "language", language)])

    def name_of(self, requirement: Requirement) -> str:
        """The rule's name in findings: its key, prefixed with its category if an earlier row has the same key."""
        first = self.get(requirement.key)
        return requirement.key if requirement is first else f"{requirement.category}/{requirement.key}"

    def number(self, key: str, default: Decimal) -> Decimal:
        """The greatest upper limit of the rules with that key; the default if there is none."""
        return max((row.upper_limit for row in self.all(key) if row.upper_limit is not None), default=default)

    @property
    def language(self) -> str:
        """ISO 639-1 code of the language to write in; English by default."""
        requirement = self.get("language")
        return requirement.words[0] if requirement is not None and requirement.words else "en"

    @property
    def wants_link(self) -> bool:
        """Whether texts contain a link. False where readers of the channel cannot follow links; True by default."""
        rows = self.all("link_required")
        return not rows or any(requirement.is_enabled for requirement in rows)

    def fits(self, text: str, key: str) -> bool:
        """Whether a text is as long as every rule of `key`, such as `text_length`, says; each counts in its unit."""
        return all(
            (row.minimum is None or length_in(row.unit, text) >= row.minimum)
            and (row.upper_limit is None or length_in(row.unit, text) <= row.upper_limit)
            for row in self.all(key)
        )

    @property
    def hashtags(self) -> tuple[int, int]:
        """The minimum and the maximum number of hashtags; 0 to 3 by default."""
        rows = self.all("hashtag_count")
        minimum = int(max((row.minimum if row.minimum is not None else row.number or 0 for row in rows), default=0))
        limits = [int(row.upper_limit) for row in rows if row.upper_limit is not None]
        return minimum, min(limits, default=max(3, minimum))
