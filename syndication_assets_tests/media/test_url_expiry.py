"""The expiry of a signed URL is read from the URL, in the forms of the platforms that sign."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syndication_assets.media.cache.url_expiry import url_expiry

DAY = datetime(2025, 11, 3, 12, tzinfo=UTC)
SECONDS = int(DAY.timestamp())


@pytest.mark.parametrize(
    "query",
    [
        f"e={SECONDS}&v=beta&t=x",
        f"oe={SECONDS:X}&oh=x",
        f"oe={SECONDS:x}",
        f"Expires={SECONDS}&Signature=x&Key-Pair-Id=y",
        f"x-expires={SECONDS}",
        f"exp={SECONDS * 1000}",
        "X-Amz-Date=20251103T110000Z&X-Amz-Expires=3600&X-Amz-Signature=x",
        "X-Goog-Date=20251103T110000Z&X-Goog-Expires=3600",
    ],
)
def test_each_form_is_read(query: str):
    assert url_expiry(f"https://m.example.com/a.jpg?{query}") == DAY


def test_of_several_times_the_first_counts():
    assert url_expiry(f"https://m.example.com/a?e={SECONDS + 60}&oe={SECONDS:x}") == DAY


@pytest.mark.parametrize(
    "url",
    [
        "https://m.example.com/a.jpg",
        "https://m.example.com/a.jpg?e=",
        "https://m.example.com/a.jpg?e=1",
        "https://m.example.com/a.jpg?e=99999999999",
        "https://m.example.com/a.jpg?oe=zzzzzzzz",
        "https://m.example.com/a.jpg?oe=0000000f",
        "https://m.example.com/a.jpg?X-Amz-Expires=3600",
        "https://m.example.com/a.jpg?X-Amz-Date=yesterday&X-Amz-Expires=3600",
        f"https://m.example.com/a.jpg#e={SECONDS}",
        "https://[::1/a?e=1",
        "https://m.example.com/?" + "&".join(f"a{n}=1" for n in range(200)),
    ],
)
def test_a_url_that_says_no_time_of_our_century_has_no_expiry(url: str):
    assert url_expiry(url) is None


@given(st.text())
def test_no_text_is_an_error(text: str):
    url_expiry(text)
    url_expiry(f"https://m.example.com/?e={text}&oe={text}&X-Amz-Date={text}&X-Amz-Expires=1")
