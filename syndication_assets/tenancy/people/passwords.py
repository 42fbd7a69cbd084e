"""Passwords: how they are hashed, and which are accepted. Pure."""

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from syndication_assets.errors import SyndicationError

SHORTEST, LONGEST = 12, 1024
"""In characters. Length is the only rule: rules about kinds of characters make passwords that people reuse."""

# RFC 9106's parameters for machines with less memory, the library's default: 64 MiB and some 50 ms.
_hasher = PasswordHasher()
_of_nobody: list[str] = []


def hash_password(password: str) -> str:
    """Argon2id with its parameters and a salt. SyndicationError for a password that is too short or too long."""
    if not SHORTEST <= len(password) <= LONGEST:
        raise SyndicationError(f"A password has {SHORTEST} to {LONGEST:,} characters: choose another one.")
    return _hasher.hash(password)


def is_password(password_hash: str | None, password: str) -> bool:
    """Whether the password is the one that was hashed. Takes as long where there is none, so that nobody notices."""
    if password_hash is None:
        if not _of_nobody:
            _of_nobody.append(_hasher.hash("nobody's password"))
        _verify(_of_nobody[0], password)
        return False
    return _verify(password_hash, password)


def is_outdated(password_hash: str) -> bool:
    """Whether it was hashed with other parameters than today's."""
    return _hasher.check_needs_rehash(password_hash)


def _verify(password_hash: str, password: str) -> bool:
    try:
        return _hasher.verify(password_hash, password[:LONGEST])
    except (VerificationError, InvalidHashError):
        return False
