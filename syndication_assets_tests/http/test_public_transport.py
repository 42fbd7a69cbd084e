"""Redirects and slow servers on the public internet. The tests of feeds cover TLS and names with two addresses."""

import time
from datetime import timedelta

import pytest

from syndication_assets.catalogue.shopify.assets import shop_client
from syndication_assets.http.clients.http_client import HttpClient
from syndication_assets.http.clients.public_transport import PublicTransport
from syndication_assets.http.clients.public_urls import PublicUrlError, public_addresses
from syndication_assets.http.http_errors import RedirectError, ResponseTimeoutError, TooManyRedirectsError
from syndication_assets.http.retries import NO_RETRIES
from syndication_assets_tests.http.raw_server import RawServer, response

NAMES = {"a.example": ["93.184.215.14"], "b.example": ["93.184.215.15"], "private.example": ["10.0.0.1"]}


def addresses_of(url: str) -> list[str]:
    """The real check with the names of the test. Every address that passes it leads to the test's server."""
    https = url.replace("http://", "https://", 1)  # the server of the test speaks http
    return ["127.0.0.1" for _ in public_addresses(https, lambda host, _port: NAMES[host])]


def client(seconds: float = 20, *, leaves_origin: bool = True) -> HttpClient:
    return HttpClient(
        maximum_bytes=10_000,
        request_timeout=timedelta(seconds=seconds),
        retries=NO_RETRIES,
        follow_redirects=True,
        leaves_origin=leaves_origin,
        transport=PublicTransport(addresses_of),
    )


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_to_a_private_address_is_not_followed(http_server: RawServer, status: int):
    http_server.then(response(status, Location=http_server.url("/secret", "private.example")))
    with client() as http, pytest.raises(PublicUrlError, match=r"leads to 10\.0\.0\.1"):
        http.get(http_server.url(host="a.example"))
    assert len(http_server.requests) == 1


def test_every_redirect_gets_a_check_and_a_connection_of_its_own(http_server: RawServer):
    http_server.then(
        response(302, Location=http_server.url("/two", "b.example"), Connection="keep-alive"), stays_open=True
    )
    http_server.then(response(302, Location="/three#top", Connection="keep-alive"), stays_open=True)
    http_server.then(response(200, b"ok"))
    with client() as http:
        assert http.get(http_server.url("/one", "a.example"), {"x": 1}).content == b"ok"
    lines = [request.split(b"\r\n")[0] for request in http_server.requests]
    assert lines == [b"GET /one?x=1 HTTP/1.1", b"GET /two HTTP/1.1", b"GET /three HTTP/1.1"]
    assert b"Host: b.example:" in http_server.requests[2]
    assert http_server.connections == [0, 1, 2]


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("host", ["b.example", "a.example"])
def test_a_client_that_stays_at_its_origin_follows_no_redirect_to_another(
    http_server: RawServer, status: int, host: str
):
    """Another host, and another port of the same host."""
    target = http_server.url("/two", host) if host == "b.example" else "http://a.example:9/two"
    http_server.then(response(status, Location=target))
    with client(leaves_origin=False) as http, pytest.raises(RedirectError, match="another origin"):
        http.get(http_server.url("/one", "a.example"))
    assert len(http_server.requests) == 1


def test_a_client_that_stays_at_its_origin_follows_redirects_within_it(http_server: RawServer):
    http_server.then(response(302, Location="/two"))
    http_server.then(response(302, Location=http_server.url("/three", "a.example")))
    http_server.then(response(200, b"ok"))
    with client(leaves_origin=False) as http:
        assert http.get(http_server.url("/one", "a.example")).content == b"ok"


def test_the_client_of_shops_stays_at_its_origin():
    assert not shop_client(1).leaves_origin


def test_redirects_are_bounded(http_server: RawServer):
    for _ in range(6):
        http_server.then(response(302, Location="/again"))
    with client() as http, pytest.raises(TooManyRedirectsError, match="more than 5"):
        http.get(http_server.url(host="a.example"))


def test_a_redirect_to_an_invalid_url_has_an_error_that_does_not_quote_it(http_server: RawServer):
    http_server.then(response(302, Location="https://[sesame/"))
    with client() as http, pytest.raises(RedirectError, match="invalid URL") as error:
        http.get(http_server.url(host="a.example"))
    assert "sesame" not in f"{error.value!r} {error.value.__cause__!r} {error.value.__context__!r}"


def test_the_body_of_a_redirect_is_not_read(http_server: RawServer):
    http_server.then(b"HTTP/1.1 302 X\r\nLocation: /feed\r\n\r\n", *[b"x" * 100_000] * 10_000)
    http_server.then(response(200, b"ok"))
    with client() as http:
        assert http.get(http_server.url(host="a.example")).content == b"ok"


def test_headers_that_drip_end_in_time(http_server: RawServer):
    http_server.then(b"HTTP/1.1 200 X\r\nX-Slow: ", *[b"x"] * 1000, seconds_between=0.1)
    began = time.monotonic()
    with client(seconds=0.5) as http, pytest.raises(ResponseTimeoutError):
        http.get(http_server.url(host="a.example"))
    assert time.monotonic() - began < 10
