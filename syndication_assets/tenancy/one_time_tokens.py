"""Tokens that are shown once and stored as a hash: invitations, password resets, API keys. Pure."""

import hashlib
import secrets

_BYTES = 32
_SHOWN_CHARACTERS = 8


def new_token(prefix: str) -> str:
    """A token that cannot be guessed, such as `inv_…`; the prefix tells people and scanners what they have found."""
    return f"{prefix}_{secrets.token_urlsafe(_BYTES)}"


def hash_of(token: str) -> bytes:
    """SHA-256: enough for 256 random bits, which nobody can try out, and fast for every request with a key."""
    return hashlib.sha256(token.strip().encode()).digest()


def shown_prefix(token: str) -> str:
    """What may be shown of a token later, so that people recognize it."""
    prefix, _, random = token.partition("_")
    return f"{prefix}_{random[:_SHOWN_CHARACTERS]}"
