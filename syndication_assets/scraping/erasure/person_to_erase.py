"""A person to erase: the names and post ids by which files and texts are searched. Pure."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from urllib.parse import quote

from syndication_assets.scraping.erasure.erased_people import Identity, identities_of
from syndication_assets.scraping.items.observation import PostObservation

_LONG_ENOUGH = 12
_DIGITS = re.compile(rb"[0-9]{6,}")
_WORDS = re.compile(rb"[A-Za-z0-9_-]{6,64}")


@dataclass(frozen=True)
class Person:
    """The owner of one profile.

    A name is replaced in texts wherever it stands if it can hardly mean anybody else: a full name of several words, a
    handle that is long or has a digit or punctuation. Any other handle, such as `anna`, is replaced where it is one:
    after `@`, in an address, in the name of a file, and where it is the whole text.
    """

    platform: str
    username: str
    names: tuple[str, ...] = ()
    """Display names that were observed."""
    posts: frozenset[Identity] = frozenset()

    @property
    def identities(self) -> frozenset[Identity]:
        return self.posts | {Identity(self.platform, "username", self.username)}

    def wrote(self, observation: PostObservation) -> bool:
        """Whether an observation is of a post of this person, by its author or by its ids."""
        return not self.identities.isdisjoint(identities_of(observation))

    @cached_property
    def pattern(self) -> str:
        """What matches the names, regardless of case, as Python and PostgreSQL both understand it."""
        # Neither letter nor digit nor hyphen before and after: `anna-b` is another handle than `anna`.
        begin, end = r"(?<![^\W_])(?<!-)", r"(?![^\W_])(?!-)"
        parts = [begin + re.escape(name) + end for name in dict.fromkeys(self._spelled()) if _is_distinctive(name)]
        for handle in dict.fromkeys((self.username, quote(self.username))):
            if not _is_distinctive(handle):
                escaped = re.escape(handle)
                parts += [
                    rf"(?<=[@/]){escaped}{end}",
                    rf"(?<=_){escaped}(?=[_.])",
                    rf"^{escaped}$",
                    rf'(?<="){escaped}(?=")',
                ]
        return "|".join(parts)

    @cached_property
    def expression(self) -> re.Pattern[str]:
        return re.compile(self.pattern, re.IGNORECASE)

    def may_be_in(self, content: bytes) -> bool:
        """Whether a name or an id of a post is in the bytes, in any form that JSON and addresses give it; fast."""
        lowered = content.lower()
        if any(needle in lowered for needle in self._needles):
            return True
        ids = self._ids
        return bool(ids) and not (ids.isdisjoint(_DIGITS.findall(content)) and ids.isdisjoint(_WORDS.findall(content)))

    def without_name(self, text: str, replacement: str) -> str:
        return self.expression.sub(replacement, text)

    @cached_property
    def _needles(self) -> frozenset[bytes]:
        return frozenset(
            form.lower().encode() for name in self._spelled() for form in (name, json.dumps(name)[1:-1], quote(name))
        )

    @cached_property
    def _ids(self) -> frozenset[bytes]:
        return frozenset(identity.value.encode() for identity in self.posts)

    def _spelled(self) -> Iterator[str]:
        yield self.username
        if quote(self.username) != self.username:
            yield quote(self.username)
        yield from (name for name in self.names if name.strip())


def _is_distinctive(name: str) -> bool:
    return not name.isalpha() or len(name) >= _LONG_ENOUGH
