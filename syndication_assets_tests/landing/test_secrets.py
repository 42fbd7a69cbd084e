"""Secrets that a source writes into its answers are removed when they land, whoever lands them."""

import gzip
import json
from datetime import date
from pathlib import Path

import pytest

from syndication_assets.http.redaction import redact_secrets
from syndication_assets.landing.drop_in import land_files
from syndication_assets.landing.zone.landing_zone import LandingError, LandingZone
from syndication_assets.landing.zone.secret_removal import without_secrets

DAY = date(2025, 11, 3)
PAGE = {"data": [{"access_token": "EAAB-secret", "name": "Kilts", "id": "111"}], "paging": {}}
NAME = "accounts_111_2025-11-03_10-00-00-000.json"


@pytest.mark.parametrize(
    ("text", "redacted"),
    [
        ('{"access_token":"abc"}', '{"access_token":"[secret]"}'),
        ('{"access_token" :\n "a\\"b\\\\", "b": 1}', '{"access_token" :\n "[secret]", "b": 1}'),
        ('{"accessToken":"abc","refresh_token":"d"}', '{"accessToken":"[secret]","refresh_token":"[secret]"}'),
        (
            '{"client_secret":"a","password":"b","api_key":"c","token":"d"}',
            '{"client_secret":"[secret]","password":"[secret]","api_key":"[secret]","token":"[secret]"}',
        ),
        ('{"access_token":"never closed', '{"access_token":"[secret]'),
        (
            "https://g.example/v1/posts?access_token=EAAB&limit=5",
            "https://g.example/v1/posts?access_token=[secret]&limit=5",
        ),
        ("?a=1&access_token=EAAB", "?a=1&access_token=[secret]"),
        (r"?a=1\u0026access_token=EAAB\u0026limit=5", r"?a=1\u0026access_token=[secret]\u0026limit=5"),
        (r"?a=1\u0026access_token\u003dEAAB\u0026b", r"?a=1\u0026access_token\u003d[secret]\u0026b"),
        ("next=https%3A%2F%2Fg%3Faccess_token%3DEA%2BB%26a", "next=https%3A%2F%2Fg%3Faccess_token%3D[secret]%26a"),
        (r"https:\/\/g.example\/?appsecret_proof=1f\"", r"https:\/\/g.example\/?appsecret_proof=[secret]\""),
        ("https://api.apify.example/?token=apify_api_" + "a" * 36, "https://api.apify.example/?token=[secret]"),
        ("key AIza" + "b" * 35 + ".", "key [secret]."),
        ("apify_api_" + "a" * 36, "[secret]"),
    ],
)
def test_a_secret_is_known_by_its_name_or_its_form(text: str, redacted: str):
    assert redact_secrets(text.encode()).decode() == redacted


@pytest.mark.parametrize(
    "text",
    [
        '{"pagination_token":"dA==","nextPageToken":"CAUQAA"}',
        '{"access_token":null,"password":"","token":5}',
        '{"text":"my access_token: never share it, nor a password"}',
        "https://media.example/p.png?e=1&v=beta&t=abc",
        "AIzaShort apify_api_x",
        '{"text":"\\"access_token\\": \\"an example\\""}',
    ],
)
def test_what_only_looks_like_a_secret_is_unchanged(text: str):
    content = text.encode()
    assert redact_secrets(content) is content


def test_a_page_lands_without_its_token(zone: LandingZone):
    path, is_new = zone.land("default", "facebook_graph", DAY, NAME, json.dumps(PAGE).encode())
    assert is_new
    landed = json.loads(zone.read(path, 10_000))
    assert landed == {"data": [PAGE["data"][0] | {"access_token": "[secret]"}], "paging": {}}  # type: ignore[index,operator]
    assert zone.land("default", "facebook_graph", DAY, NAME, json.dumps(PAGE).encode()) == (path, False)
    with pytest.raises(LandingError, match="different content"):
        zone.land("default", "facebook_graph", DAY, NAME, json.dumps(PAGE | {"paging": 1}).encode())


def test_a_person_who_lands_a_file_lands_it_without_secrets(zone: LandingZone, tmp_path: Path):
    for name, content in ((NAME, json.dumps(PAGE).encode()), (f"{NAME}.gz", gzip.compress(json.dumps(PAGE).encode()))):
        (tmp_path / name).write_bytes(content)
        ((path, _),) = land_files(zone, "default", "facebook_graph", DAY, [tmp_path / name])
        assert b"EAAB-secret" not in zone.read(path, 10_000)
        assert b"[secret]" in zone.read(path, 10_000)


def test_a_compressed_file_with_a_secret_always_lands_as_the_same_bytes():
    content = gzip.compress(json.dumps(PAGE).encode())
    landed = without_secrets("a.json.gz", content)
    assert landed == without_secrets("a.json.gz", content)
    assert b"EAAB-secret" not in gzip.decompress(landed)


@pytest.mark.parametrize(
    "content",
    [
        # Without a fixed time the content, and so the id of the test, changes each second, and workers disagree on ids.
        pytest.param(gzip.compress(b'{"a":1}', mtime=0), id="gzip"),
        pytest.param(b"no gzip", id="no gzip"),
        pytest.param(gzip.compress(b'{"a":1}', mtime=0)[:-3], id="truncated gzip"),
        pytest.param(b"", id="empty"),
    ],
)
def test_a_file_without_secrets_or_that_is_no_gzip_file_is_unchanged(content: bytes):
    assert without_secrets("a.json.gz", content) is content


def test_a_feed_is_unchanged():
    """Articles explain how to write `"password": "x"`."""
    content = b'<item>"password": "x"</item>'
    assert without_secrets("feed.xml", content) is content
