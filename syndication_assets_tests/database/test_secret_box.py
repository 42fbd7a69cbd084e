"""The secret box: a secret opens for its own row only, and no message contains any part of it."""

import base64
import re
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from syndication_assets.database.secret_box import KEY_BYTES, SecretBox, SecretError, new_key

ROW = {"organization_id": "org-00000001", "row_id": "crd-00000001"}
SECRET = "EAAB-canary-of-a-token"
KEY = base64.b64encode(bytes(range(KEY_BYTES))).decode()
BOX = SecretBox(SecretStr(f"first:{KEY}"))


def sealed(box: SecretBox = BOX) -> str:
    return box.seal(SecretStr(SECRET), **ROW)


@given(st.text())
def test_a_sealed_secret_opens_again(text: str):
    assert BOX.open(BOX.seal(SecretStr(text), **ROW), **ROW).get_secret_value() == text


def test_a_sealed_secret_has_the_form_that_the_database_accepts():
    assert re.fullmatch(r"v1:first:[A-Za-z0-9_-]{16}:[A-Za-z0-9_-]{22,}", sealed())


def test_sealing_the_same_secret_gives_a_different_text_each_time():
    assert len({sealed() for _ in range(100)}) == 100


@pytest.mark.parametrize("row", [{"organization_id": "org-00000002"}, {"row_id": "crd-00000002"}])
def test_a_ciphertext_that_was_moved_to_another_row_or_organization_does_not_open(row: dict[str, str]):
    with pytest.raises(SecretError, match="belongs to another row"):
        BOX.open(sealed(), **ROW | row)


def _with_part(number: int, change: Callable[[str], str]) -> Callable[[str], str]:
    def changed(text: str) -> str:
        parts = text.split(":")
        parts[number] = change(parts[number])
        return ":".join(parts)

    return changed


def _another_first_character(part: str) -> str:
    return ("B" if part[0] == "A" else "A") + part[1:]


def _next_last_character(part: str) -> str:
    """Flips the lowest bit of the last character: base64 may leave it unused, so it must be checked."""
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    return part[:-1] + alphabet[alphabet.index(part[-1]) ^ 1]


@pytest.mark.parametrize(
    "tamper",
    [
        _with_part(0, lambda _: "v2"),
        _with_part(1, lambda _: "second"),
        _with_part(1, lambda _: "unknown"),
        _with_part(2, _another_first_character),
        _with_part(2, _next_last_character),
        _with_part(3, _another_first_character),
        _with_part(3, _next_last_character),
        _with_part(3, lambda part: part[:-4]),
        _with_part(3, lambda part: part + "AAAA"),
        _with_part(3, lambda part: part + "="),
        lambda text: text + "\n",
        lambda _: "",
        lambda _: SECRET,
    ],
)
def test_no_part_can_be_changed(tamper: Callable[[str], str]):
    box = SecretBox(SecretStr(f"first:{KEY},second:{_another_key()}"))
    original = sealed(box)
    assert box.open(original, **ROW).get_secret_value() == SECRET
    assert tamper(original) != original
    with pytest.raises(SecretError) as caught:
        box.open(tamper(original), **ROW)
    assert SECRET not in str(caught.value)


@given(st.integers(min_value=0), st.integers(min_value=1, max_value=127))
def test_no_single_character_can_be_changed(place: int, distance: int):
    original = sealed()
    place %= len(original)
    changed = chr((ord(original[place]) + distance) % 128)
    with pytest.raises(SecretError):
        BOX.open(original[:place] + changed + original[place + 1 :], **ROW)


def _another_key() -> str:
    return base64.b64encode(bytes(reversed(range(KEY_BYTES)))).decode()


def test_the_first_key_seals_and_every_key_opens():
    rotating = SecretBox(SecretStr(f"new:{_another_key()},first:{KEY}"))
    assert rotating.open(sealed(), **ROW).get_secret_value() == SECRET
    assert sealed(rotating).startswith("v1:new:")
    with pytest.raises(
        SecretError, match="encrypted with the key 'new', which SYNDICATION_SECRET_KEYS does not contain"
    ):
        BOX.open(sealed(rotating), **ROW)


def test_another_key_under_the_same_id_does_not_open():
    with pytest.raises(SecretError, match="another key of that id"):
        SecretBox(SecretStr(f"first:{_another_key()}")).open(sealed(), **ROW)


def test_a_new_key_is_valid_and_unique():
    keys = {new_key() for _ in range(50)}
    assert len({SecretBox(SecretStr(key)).first_key_id for key in keys}) == 50


def test_without_a_key_the_message_names_the_command_that_creates_it():
    with pytest.raises(SecretError, match="syndication credentials key"):
        SecretBox(None)


@pytest.mark.parametrize(
    "keys",
    [
        "",
        KEY,
        f"{KEY}:first",
        f"first:{KEY[:-4]}",
        f"first:{KEY}=",
        f"first:{KEY},",
        f"first:{KEY};second:{KEY}",
        f"first:{KEY},first:{KEY}",
        f"a name:{KEY}",
        f"first:{base64.b64encode(b'short').decode()}",
        f"first:not base64 {KEY}",
        f":{KEY}",
    ],
)
def test_invalid_keys_are_named_by_their_position_and_never_shown(keys: str):
    with pytest.raises(SecretError, match=r"Key \d of SYNDICATION_SECRET_KEYS") as caught:
        SecretBox(SecretStr(keys))
    assert KEY[:8] not in str(caught.value)


def test_no_repr_shows_a_key_or_a_secret():
    secret = BOX.open(sealed(), **ROW)
    for shown in (repr(BOX), str(BOX), repr(secret), str(secret), f"{secret}", f"{secret!r:>40}"):
        assert SECRET not in shown
        assert KEY[:8] not in shown
