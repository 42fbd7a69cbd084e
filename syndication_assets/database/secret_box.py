"""Encrypts the secrets that are stored in the database. Pure: keys and bytes in, text out.

A sealed secret is `v1:<key id>:<nonce>:<ciphertext>`: AES-256-GCM with a random 96-bit nonce, base64url without
padding; the domain `channels.encrypted_secret` rejects any other form. Organization and row are authenticated with it
(as AAD), so a ciphertext that was copied to another row cannot be opened. No error of this module contains any part of
a secret or key. Its own code over AESGCM, because Fernet, the ready-made box, has neither key ids nor associated data.
"""

import base64
import binascii
import re
import secrets

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from pydantic import SecretStr

from syndication_assets.errors import SyndicationError

KEY_BYTES = 32
_NONCE_BYTES = 12
_KEY_ID = re.compile(r"[A-Za-z0-9_-]{1,32}")
_SEALED = re.compile(r"v1:([A-Za-z0-9_-]{1,32}):([A-Za-z0-9_-]{16}):([A-Za-z0-9_-]{22,})")


class SecretError(SyndicationError):
    """A secret cannot be sealed or opened: its key is missing, or it was not sealed for this row."""


class SecretBox:
    """Seals with its first key and opens with any of its keys."""

    def __init__(self, keys: SecretStr | None) -> None:
        """`keys` is `id:base64key[,id:base64key...]`, as in SYNDICATION_SECRET_KEYS; SecretError otherwise."""
        self._keys = _parse_keys(keys)
        self.first_key_id = next(iter(self._keys))
        self.key_ids = frozenset(self._keys)

    def __repr__(self) -> str:
        return f"SecretBox(keys {', '.join(self._keys)})"

    def seal(self, secret: SecretStr, *, organization_id: str, row_id: str) -> str:
        """The secret, sealed for a row of an organization. Differs each time, because the nonce is random."""
        nonce = secrets.token_bytes(_NONCE_BYTES)
        ciphertext = self._keys[self.first_key_id].encrypt(
            nonce, secret.get_secret_value().encode(), _authenticated_data(organization_id, row_id)
        )
        return f"v1:{self.first_key_id}:{_encode(nonce)}:{_encode(ciphertext)}"

    def open(self, sealed: str, *, organization_id: str, row_id: str) -> SecretStr:
        """The secret that was sealed for this row of this organization; SecretError if it was not, or was altered."""
        match = _SEALED.fullmatch(sealed)
        nonce, ciphertext = (_decode(match[2]), _decode(match[3])) if match else (None, None)
        if match is None or nonce is None or ciphertext is None:
            raise SecretError("It does not have the form of a sealed secret: set it again.")
        key = self._keys.get(match[1])
        if key is None:
            raise SecretError(
                f"It was encrypted with the key {match[1]!r}, which SYNDICATION_SECRET_KEYS does not contain "
                f"(it contains {', '.join(self._keys)}): add that key, or set the secret again."
            )
        try:
            plain = key.decrypt(nonce, ciphertext, _authenticated_data(organization_id, row_id))
        except InvalidTag:
            raise SecretError(
                f"It cannot be opened with the key {match[1]!r}: it was altered, belongs to another row, or was "
                "encrypted with another key of that id. Set the secret again."
            ) from None
        return SecretStr(plain.decode())


def new_key() -> str:
    """A random key with a random id, in the form that SYNDICATION_SECRET_KEYS expects."""
    return f"{secrets.token_hex(4)}:{base64.b64encode(secrets.token_bytes(KEY_BYTES)).decode()}"


def _parse_keys(keys: SecretStr | None) -> dict[str, AESGCM]:
    if keys is None:
        raise SecretError(
            "There is no key to encrypt credentials with. Create one with `syndication credentials key`, store it in "
            "your password manager, and set SYNDICATION_SECRET_KEYS to it."
        )
    parsed: dict[str, AESGCM] = {}
    for number, entry in enumerate(keys.get_secret_value().split(","), start=1):
        # If id and key are swapped, or the id is missing, the key is in the id's place: show neither.
        key_id, colon, text = entry.strip().partition(":")
        key = _decode_key(text) if colon and _KEY_ID.fullmatch(key_id) else None
        if key is None:
            raise SecretError(
                f"Key {number} of SYNDICATION_SECRET_KEYS is not id:base64 with {KEY_BYTES} bytes in base64: "
                "create one with `syndication credentials key`."
            )
        if key_id in parsed:
            raise SecretError(
                f"Key {number} of SYNDICATION_SECRET_KEYS has the id of an earlier key: give each key its own id."
            )
        parsed[key_id] = AESGCM(key)
    return parsed


def _decode_key(text: str) -> bytes | None:
    try:
        key = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return None
    return key if len(key) == KEY_BYTES else None


def _authenticated_data(organization_id: str, row_id: str) -> bytes:
    return f"{organization_id}:{row_id}".encode()


def _encode(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _decode(text: str) -> bytes | None:
    """None unless the text is the canonical encoding: base64 leaves bits of the last character unused."""
    try:
        data = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except binascii.Error:
        return None
    return data if _encode(data) == text else None
