"""URLs as sources write them."""

import pytest

from syndication_assets.text.urls import absolute_url, read_url, with_fragment

PAGE = "https://blog.example/posts/wool?a=1"


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "/relative", "https://a b", "https://" + "a" * 2_000, "data:,x", "https://a\n"]
)
def test_what_a_browser_would_not_open_as_a_page_is_no_url(url: str):
    assert read_url(url) in (None, "https://a")
    assert read_url(" HTTPS://shop.example/ä ") == "HTTPS://shop.example/ä"


@pytest.mark.parametrize(
    ("base", "url", "absolute"),
    [
        (PAGE, "/a.jpg", "https://blog.example/a.jpg"),
        (PAGE, "a.jpg", "https://blog.example/posts/a.jpg"),
        (PAGE, "https://img.example/a.jpg", "https://img.example/a.jpg"),
        (PAGE, "javascript:alert(1)", None),
        (PAGE, "https://[", None),
        (None, "/a.jpg", None),
        (PAGE, None, None),
    ],
)
def test_a_url_is_resolved_against_its_page(base: str | None, url: str | None, absolute: str | None):
    assert absolute_url(base, url) == absolute


def test_a_fragment_opens_the_page_at_an_element():
    assert with_fragment(PAGE, "how warm?") == f"{PAGE}#how%20warm?"
    assert with_fragment(f"{PAGE}#top", "wool") == f"{PAGE}#wool"
    assert (with_fragment(PAGE, None), with_fragment(None, "wool")) == (PAGE, None)
