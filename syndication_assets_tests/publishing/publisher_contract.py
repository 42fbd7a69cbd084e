"""A publisher with its fake network, as the contract of all publishers is tested with it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from pydantic import SecretStr

from syndication_assets.publishing.bluesky.bluesky_publisher import Bluesky
from syndication_assets.publishing.dry_run.dry_run_publisher import DryRun
from syndication_assets.publishing.facebook.graph_publisher import FacebookGraph
from syndication_assets.publishing.instagram.instagram_publisher import Instagram
from syndication_assets.publishing.linkedin.linkedin_publisher import LinkedIn
from syndication_assets.publishing.mastodon.mastodon_publisher import Mastodon
from syndication_assets.publishing.publisher import Post, Publisher
from syndication_assets_tests.publishing import (
    bluesky_server,
    graph_server,
    instagram_server,
    linkedin_server,
    mastodon_server,
    network_server,
)

TIMEOUT = timedelta(seconds=0.6)
FIRST_CALLED_AT = datetime(2026, 3, 2, 9, 30, microsecond=123_456, tzinfo=UTC)


@dataclass
class Contract:
    """One publisher. `network` has `responses`, which are served to the calls that publish."""

    name: str
    platform: str
    publisher: Publisher
    remote_account_id: str
    secret: SecretStr | None
    network: Any
    texts: Callable[[], list[str]]
    """What the network has."""
    calls: Callable[[], int]
    """How many calls it was asked to publish in."""
    server_url: str | None = None
    secrets: list[str] = field(default_factory=list)
    """What no message may contain."""
    has_keys: bool = True
    """Whether the network recognizes a repeated call; without, a person decides before a second attempt."""
    content: dict[str, Any] = field(default_factory=dict)
    """What each post on the network has beside its text."""

    def post(self, **changes: Any) -> Post:
        values: dict[str, Any] = {
            "target_id": "tgt-00000001",
            "attempt_number": 1,
            "remote_account_id": self.remote_account_id,
            "channel_type": "feed_post",
            "text": "Shortbread from Skye\n\nSee it here: https://shop.example/shortbread/in/a/tin?colour=red\n\n#Tea",
            "server_url": self.server_url,
            "first_called_at": FIRST_CALLED_AT,
        }
        return Post(**(values | self.content | changes))


@contextmanager
def dry_run() -> Iterator[Contract]:
    yield Contract("dry_run", "facebook", DryRun(), "page", None, None, list, lambda: 0)


@contextmanager
def facebook() -> Iterator[Contract]:
    token = "canary-EAAB/page+token="
    with graph_server.serve() as graph:
        client = FacebookGraph(graph.url, "v25.0", timeout=TIMEOUT)
        yield Contract(
            "facebook_graph",
            "facebook",
            client,
            "page",
            SecretStr(token),
            graph,
            lambda: [post["message"] for post in graph.posts],
            lambda: sum(request["method"] == "POST" for request in graph.requests),
            secrets=[token],
            has_keys=False,
        )
        client.close()


@contextmanager
def mastodon() -> Iterator[Contract]:
    network = mastodon_server.FakeMastodon()
    with network_server.serve(network):
        client = Mastodon(timeout=TIMEOUT, addresses_of=network.addresses_of, pause=lambda _: None)
        secret = SecretStr(mastodon_server.TOKEN)
        yield Contract(
            "mastodon",
            "mastodon",
            client,
            mastodon_server.ACCOUNT,
            secret,
            network,
            network.texts,
            network.calls,
            network.url,
            [mastodon_server.TOKEN],
        )
        client.close()


@contextmanager
def bluesky() -> Iterator[Contract]:
    network = bluesky_server.FakeBluesky()
    with network_server.serve(network):
        client = Bluesky(timeout=TIMEOUT, addresses_of=network.addresses_of)
        yield Contract(
            "bluesky",
            "bluesky",
            client,
            bluesky_server.DID,
            SecretStr(bluesky_server.PASSWORD),
            network,
            network.texts,
            network.calls,
            network.url,
            [bluesky_server.PASSWORD, "canary-access-1", "canary-refresh-1"],
        )
        client.close()


@contextmanager
def linkedin() -> Iterator[Contract]:
    network = linkedin_server.FakeLinkedIn()
    with network_server.serve(network):
        client = LinkedIn(
            network.url,
            linkedin_server.VERSION,
            login_url=network.url,
            client_id="77",
            client_secret=SecretStr(linkedin_server.CLIENT_SECRET),
            timeout=TIMEOUT,
            addresses_of=network.addresses_of,
            pause=lambda _: None,
        )
        yield Contract(
            "linkedin",
            "linkedin",
            client,
            linkedin_server.PAGE,
            SecretStr(linkedin_server.TOKEN),
            network,
            network.texts,
            network.calls,
            secrets=[linkedin_server.TOKEN],
            has_keys=False,
        )
        client.close()


@contextmanager
def instagram() -> Iterator[Contract]:
    network = instagram_server.FakeInstagram()
    with network_server.serve(network):
        client = Instagram(
            network.url,
            instagram_server.VERSION,
            timeout=TIMEOUT,
            addresses_of=network.addresses_of,
            pause=lambda _: None,
            app_id="42",
            app_secret=SecretStr(instagram_server.APP_SECRET),
        )
        yield Contract(
            "instagram_graph",
            "instagram",
            client,
            instagram_server.ACCOUNT,
            SecretStr(instagram_server.TOKEN),
            network,
            network.texts,
            network.calls,
            secrets=[instagram_server.TOKEN],
            has_keys=False,
            content={"image_url": f"{network.url}/picture.jpg", "alt_text": "A tin of shortbread"},
        )
        client.close()


CONTRACTS = {
    "dry_run": dry_run,
    "facebook_graph": facebook,
    "mastodon": mastodon,
    "bluesky": bluesky,
    "linkedin": linkedin,
    "instagram_graph": instagram,
}
"""A new publisher adds its line, and passes every test of test_publisher_contract.py."""
