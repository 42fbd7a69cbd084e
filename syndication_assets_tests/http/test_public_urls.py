"""Only https on public addresses: the name is resolved, and each of its addresses is checked."""

from ipaddress import ip_address

import pytest

from syndication_assets.http.clients.public_urls import (
    PublicUrlError,
    UnresolvedUrlError,
    is_public,
    public_addresses,
)

PUBLIC = ["93.184.215.14", "2606:2800:21f:cb07:6820:80da:af6b:8b2c"]


def resolver(*addresses: str):
    return lambda _host, _port: addresses


def test_a_public_host_gives_the_addresses_to_connect_to():
    assert public_addresses("https://shop.example/a.jpg?x=1", resolver(*PUBLIC)) == PUBLIC


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.1.2.3", "224.0.0.1",
        "255.255.255.255", "240.0.0.1", "198.18.0.1", "192.0.2.1", "::1", "::", "fe80::1", "fc00::1", "ff02::1",
        "2001:db8::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::", "fe80::1%eth0",
        "fec0::1", "192.88.99.1", "2001::7f00:1", "192.0.0.10", "192.0.0.170", "168.63.129.16", "::ffff:168.63.129.16",
    ],
)  # fmt: skip
def test_an_address_that_not_everybody_can_reach_is_rejected_also_beside_a_public_one(address: str):
    with pytest.raises(PublicUrlError, match=r"no public address"):
        public_addresses("https://shop.example/", resolver(PUBLIC[0], address))


@pytest.mark.parametrize("address", [*PUBLIC, "::ffff:93.184.215.14", "8.8.8.8"])
def test_an_address_of_the_internet_is_public(address: str):
    assert is_public(ip_address(address))


@pytest.mark.parametrize(
    "url",
    [
        "http://shop.example/a.jpg", "ftp://shop.example/", "file:///etc/passwd", "//shop.example/", "https://", "",
        "https://user:sesame@shop.example/", "https://shop.example/a b", "https://shop.example:port/", "https://[::1/",
        "https://shop.example/" + "a" * 2100, "javascript:alert(1)", "https:///path", "x",
        "https://shop.example:5432/", "https://shop.example:22/", "https://shop.example:80/",
    ],
)  # fmt: skip
def test_anything_but_https_and_a_host_is_rejected_without_asking_for_its_address(url: str):
    def ask_nobody(_host: str, _port: int) -> list[str]:
        raise AssertionError("it was resolved")

    with pytest.raises(PublicUrlError) as rejection:
        public_addresses(url, ask_nobody)
    assert "sesame" not in str(rejection.value)


@pytest.mark.parametrize("host", ["2130706433", "0x7f000001", "127.1", "localhost", "[::1]"])
def test_this_machine_is_rejected_however_it_is_written(host: str):
    with pytest.raises(PublicUrlError):
        public_addresses(f"https://{host}/")


def test_a_host_that_nobody_knows_is_an_error_of_its_own():
    def unknown(_host: str, _port: int) -> list[str]:
        raise OSError

    for resolves in (unknown, resolver()):
        with pytest.raises(UnresolvedUrlError, match=r"shop\.example has no address"):
            public_addresses("https://shop.example/", resolves)
