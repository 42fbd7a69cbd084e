"""Reads the list of erased people: `tenancy.erased_identities`."""

from collections import defaultdict
from collections.abc import Iterable

from syndication_assets.database.connection import Connection
from syndication_assets.errors import SyndicationError
from syndication_assets.scraping.erasure.erased_people import (
    ErasedPeople,
    Treatment,
    key_check,
    usable_key,
)
from syndication_assets.settings import Settings


class ErasureKeyError(SyndicationError):
    """SYNDICATION_ERASURE_KEY is missing, or not the key of the list."""


def erasure_key() -> bytes:
    """The key of the list from the environment. ErasureKeyError if there is none."""
    key = Settings.from_environment().erasure_key
    usable = usable_key(key.get_secret_value() if key is not None else None)
    if usable is None:
        raise ErasureKeyError(
            "SYNDICATION_ERASURE_KEY is not set, or shorter than 32 characters: erased people are told by keyed "
            "hashes. Set it to the key that was used before, or, for the first erasure, to a new one, which "
            "`syndication credentials key` prints; keep it as long as the database."
        )
    return usable


def erased_people(connection: Connection) -> ErasedPeople | None:
    """The list; None if nobody was erased. ErasureKeyError without its key: a load would bring people back."""
    checks = connection.execute("select distinct key_check from tenancy.person_erasures").fetchall()
    if not checks:
        return None
    key = erasure_key()
    require_key(key, [bytes(check) for (check,) in checks])
    treatments: dict[str, dict[bytes, Treatment]] = defaultdict(dict)
    for organization_id, hashed, erasure_id, is_anonymised in connection.execute(
        "select i.organization_id, i.identity_hash, e.erasure_id, e.action = 'anonymise'"
        " from tenancy.erased_identities as i"
        " inner join tenancy.person_erasures as e using (organization_id, erasure_id)"
    ):
        treatments[organization_id][bytes(hashed)] = Treatment(erasure_id, is_anonymised, key, organization_id)
    return ErasedPeople(key, treatments)


def require_key(key: bytes, checks: Iterable[bytes]) -> None:
    if any(check != key_check(key) for check in checks):
        raise ErasureKeyError(
            "SYNDICATION_ERASURE_KEY is another key than the one with which people were erased: set that one. Nothing "
            "was changed."
        )
