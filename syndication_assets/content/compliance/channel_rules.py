"""The rules of one channel, as its requirement rows say: what prompts are written from and texts are held against."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal

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
    def is_on(self) -> bool:
        """Whether a yes-or-no rule asks for something; a rule that is no such one does."""
        return self.value is not False

    @property
    def greatest(self) -> Decimal | None:
        """The greatest number that is allowed: the maximum; where no range is given, the value."""
        return self.number if self.minimum is None and self.maximum is None else self.maximum

    @property
    def number(self) -> Decimal | None:
        """The value, if it is a number."""
        if isinstance(self.value, bool) or not isinstance(self.value, int | float | Decimal):
            return None
        return Decimal(str(self.value))

    @property
    def words(self) -> tuple[str, ...]:
        """The value as a list of words; one word is a list of one."""
        if isinstance(self.value, str):
            return (self.value,)
        return tuple(str(word) for word in self.value) if isinstance(self.value, list) else ()


class ChannelRules:
    """The active requirements of one channel. Iterates in the rows' order.

    Rows of two categories may have the same key: a text must obey each of them.
    """

    def __init__(self, requirements: Iterable[Requirement] = ()) -> None:
        self._rows = tuple({(one.category, one.key): one for one in requirements}.values())
        self._by_key: dict[str, list[Requirement]] = {}
        for requirement in self._rows:
            self._by_key.setdefault(requirement.key, []).append(requirement)

    def __iter__(self) -> Iterator[Requirement]:
        return iter(self._rows)

    def get(self, key: str) -> Requirement | None:
        """The first of the rows with that key."""
        return next(iter(self.all(key)), None)

    def all(self, key: str) -> Sequence[Requirement]:
        return self._by_key.get(key, ())

    def name_of(self, requirement: Requirement) -> str:
        """What findings call a rule: its key, and its category where an earlier row has that key."""
        first = self.get(requirement.key)
        return requirement.key if requirement is first else f"{requirement.category}/{requirement.key}"

    def number(self, key: str, default: Decimal) -> Decimal:
        """The greatest number of the rules with that key; the default where the channel has none."""
        return max((one.greatest for one in self.all(key) if one.greatest is not None), default=default)

    @property
    def language(self) -> str:
        """ISO 639-1 code of what is written; English where no rule says otherwise."""
        requirement = self.get("language")
        return requirement.words[0] if requirement is not None and requirement.words else "en"

    @property
    def wants_link(self) -> bool:
        """Whether a text should lead somewhere; it may not where the channel's readers cannot follow a link."""
        rows = self.all("link_required")
        return not rows or any(requirement.is_on for requirement in rows)

    def fits(self, length: int, key: str) -> bool:
        """Whether a text of so many signs obeys `text_length` or `text_length_recommended`; without a rule it does."""
        return all(
            (one.minimum is None or length >= one.minimum) and (one.greatest is None or length <= one.greatest)
            for one in self.all(key)
        )

    @property
    def hashtags(self) -> tuple[int, int]:
        """The least and the greatest number of hashtags; up to three where no rule says otherwise."""
        rows = self.all("hashtag_count")
        least = int(max((one.minimum if one.minimum is not None else one.number or 0 for one in rows), default=0))
        greatest = min((int(one.greatest) for one in rows if one.greatest is not None), default=max(3, least))
        return least, greatest
