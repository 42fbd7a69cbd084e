"""The rules of one channel, as its requirement rows say: what prompts are written from and texts are held against."""

from collections.abc import Iterable, Iterator
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
    """The active requirements of one channel by key. Iterates in the rows' order."""

    def __init__(self, requirements: Iterable[Requirement] = ()) -> None:
        self._by_key = {requirement.key: requirement for requirement in requirements}

    def __iter__(self) -> Iterator[Requirement]:
        return iter(self._by_key.values())

    def get(self, key: str) -> Requirement | None:
        return self._by_key.get(key)

    def number(self, key: str, default: Decimal) -> Decimal:
        """The number of a rule; the default where the channel has no such rule."""
        requirement = self.get(key)
        number = requirement.greatest if requirement is not None else None
        return default if number is None else number

    @property
    def language(self) -> str:
        """ISO 639-1 code of what is written; English where no rule says otherwise."""
        requirement = self.get("language")
        return requirement.words[0] if requirement is not None and requirement.words else "en"

    @property
    def wants_link(self) -> bool:
        """Whether a text should lead somewhere; it may not where the channel's readers cannot follow a link."""
        requirement = self.get("link_required")
        return requirement is None or requirement.is_on

    def fits(self, length: int, key: str) -> bool:
        """Whether a text of so many signs obeys `text_length` or `text_length_recommended`; without a rule it does."""
        requirement = self.get(key)
        if requirement is None:
            return True
        least, greatest = requirement.minimum, requirement.greatest
        return (least is None or length >= least) and (greatest is None or length <= greatest)

    @property
    def hashtags(self) -> tuple[int, int]:
        """The least and the greatest number of hashtags; up to three where no rule says otherwise."""
        requirement = self.get("hashtag_count")
        if requirement is None:
            return 0, 3
        exact = requirement.number
        least = requirement.minimum if requirement.minimum is not None else exact
        greatest = requirement.greatest
        return int(least or 0), int(greatest) if greatest is not None else max(3, int(least or 0))
