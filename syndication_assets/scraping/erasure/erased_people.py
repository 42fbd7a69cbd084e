"""The names and posts of erased people as keyed hashes: what a load leaves out, without knowing whom. Pure."""

import base64
import hmac
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from syndication_assets.scraping.items.observation import PostIds, PostObservation

_SHORTEST_KEY = 32
_LINKEDIN_RANDOM_BITS = 22
_IDS = {
    "linkedin": re.compile(rb"[0-9]{15,20}"),
    "instagram": re.compile(rb"(?<![A-Za-z0-9_-])[A-Za-z0-9_-]{6,60}(?![A-Za-z0-9_-])"),
    "youtube": re.compile(rb"(?<![A-Za-z0-9_-])[A-Za-z0-9_-]{11}(?![A-Za-z0-9_-])"),
}
_KINDS = {"linkedin": ("activity", "ugcPost", "share"), "instagram": ("post",), "youtube": ("video",)}
"""What ids of posts look like, and their kinds, on the platforms from which other people's posts come."""


@dataclass(frozen=True, slots=True)
class Identity:
    """What identifies a person or one of their posts: kind `username`, or the kind of a post's id."""

    platform: str
    kind: str
    value: str


def usable_key(key: str | None) -> bytes | None:
    """The key as bytes; None if it is missing or short enough to be guessed."""
    return key.encode() if key is not None and len(key) >= _SHORTEST_KEY else None


def key_check(key: bytes) -> bytes:
    """Eight bytes that tell whether a key is the one that was used, and nothing else about it."""
    return hmac.digest(key, b"key check", "sha256")[:8]


def identity_hash(key: bytes, organization_id: str, identity: Identity) -> bytes:
    """HMAC-SHA256: without the key nobody can try out names. The same person has another hash elsewhere."""
    text = "\0".join((organization_id, identity.platform, identity.kind, identity.value))
    return hmac.digest(key, text.encode(), "sha256")


def post_identities(platform: str, ids: PostIds) -> list[Identity]:
    return [Identity(platform, kind, value) for kind, value in ids]


@dataclass(frozen=True, slots=True)
class Treatment:
    """What is done about a post of a person: it goes, or it stays without a name."""

    erasure_id: str
    """Stands where the name stood."""
    is_anonymised: bool
    key: bytes = field(repr=False)
    organization_id: str

    def new_id(self, platform: str, kind: str, value: str) -> str:
        """The invented id of an anonymised post, always the same for the same id, of the same form."""
        hashed = identity_hash(self.key, self.organization_id, Identity(platform, f"invented {kind}", value))
        if value.isascii() and value.isdigit():
            # An id of LinkedIn begins with the time of publication, which is one of the numbers that stay.
            milliseconds = int(value) >> _LINKEDIN_RANDOM_BITS
            return str(milliseconds << _LINKEDIN_RANDOM_BITS | int.from_bytes(hashed) % (1 << _LINKEDIN_RANDOM_BITS))
        return base64.urlsafe_b64encode(hashed).decode()[: len(value)]


@dataclass(frozen=True, slots=True)
class ErasedPeople:
    """The erased people of all organizations."""

    key: bytes = field(repr=False)
    treatments: Mapping[str, Mapping[bytes, Treatment]] = field(repr=False)
    """organization_id → hash of an identity → what is done about it."""

    def has_any(self, organization_id: str) -> bool:
        return organization_id in self.treatments

    def of_any(self, organization_id: str, identities: Iterable[Identity]) -> Treatment | None:
        """What is done about the first of the identities that is on the list; None if none is."""
        treatments = self.treatments.get(organization_id, {})
        found = (treatments.get(identity_hash(self.key, organization_id, identity)) for identity in identities)
        return next((treatment for treatment in found if treatment is not None), None)

    def of_profile(self, organization_id: str, platform: str, username: str) -> Treatment | None:
        return self.of_any(organization_id, [Identity(platform, "username", username)])

    def of_post(self, organization_id: str, observation: PostObservation) -> Treatment | None:
        """By the author of the observation, or by the ids of its post."""
        return self.of_any(organization_id, identities_of(observation))


def posts_in(content: bytes, platform: str, treatment: Treatment, erased: ErasedPeople) -> frozenset[Identity]:
    """The ids of one person's posts among all that look like ids in a text: the list knows them as hashes only."""
    words = {word.decode() for word in _IDS[platform].findall(content)} if platform in _IDS else set()
    return frozenset(
        identity
        for word in words
        for identity in (Identity(platform, kind, word) for kind in _KINDS[platform])
        if erased.of_any(treatment.organization_id, [identity]) == treatment
    )


def identities_of(observation: PostObservation) -> list[Identity]:
    """The author of an observation, and the ids of its post."""
    identities = post_identities(observation.platform, observation.ids)
    if observation.author is not None:
        identities.append(Identity(observation.platform, "username", observation.author.username))
    return identities
