"""Values that look like secrets are found wherever they stand; ids and prose are left alone."""

import pytest

from syndication_assets.configuration.file.suspected_secrets import looks_like_a_secret

# Made for this test, and of no service.
SECRETS = [
    "sk-" + "a1B2" * 6,
    "ghp_" + "a1B2" * 6,
    "EAA" + "Gm0PX4" * 5,
    "AIza" + "Sy1234567" * 4,
    "apify_api_" + "x7Qz" * 5,
    "xoxb-" + "1234567890-ab",
    "AKIA" + "ABCDEFGH12345678",
    "eyJhbGciOiJub25l.eyJzdWIiOiIxIn0.x",
    "-----BEGIN PRIVATE KEY-----",
    "0123456789abcdef" * 2,
    "Zm9vYmFyMTIzNDU2Nzg5MEFCQ0RFRkdISUpLTE1O",
    "https://someone:sesame@blog.example/feed",
    "https://blog.example/feed?token=sesame",
    "https://blog.example/feed?page=1&api_key=sesame",
    "https://blog.example/feed/" + "a1B2c3D4" * 4 + "/rss.xml",
]
NO_SECRETS = [
    "https://blog.example/feed?token={credential}",
    "https://blog.example/feed.xml?page=2&format=atom",
    "https://blog.example/2026/01/31/a-very-long-title-of-an-article-about-weaving-in-the-highlands",
    "FREQ=DAILY;BYHOUR=17;BYMINUTE=0",
    "facebook/1234567890",
    "a-very-long-name-of-a-company-2024-limited",
    "Kilts and more, a trial",
    "FACEBOOK_PAGE_TOKEN",
    "facebook-page",
]


@pytest.mark.parametrize("text", SECRETS)
def test_a_secret_is_found(text: str):
    assert looks_like_a_secret(text)


@pytest.mark.parametrize("text", NO_SECRETS)
def test_a_name_a_rule_or_a_public_url_is_no_secret(text: str):
    assert not looks_like_a_secret(text)


def test_an_id_of_a_platform_may_be_random_but_no_token_of_a_known_form():
    assert not looks_like_a_secret("ACoAAB" + "x1Y2" * 8, may_be_random=True)
    assert looks_like_a_secret("see " + SECRETS[0], may_be_random=True)
