"""A picture of ours reaches every network: as its bytes, or by a signed address where the network fetches it itself."""

import pytest

from syndication_assets.channels.errors.outcome import OutcomeKind
from syndication_assets.media.media_store import MediaStore
from syndication_assets.publishing.network_pictures import WITHOUT_ADDRESS
from syndication_assets.publishing.publisher import Picture
from syndication_assets.publishing.publishers import registrations
from syndication_assets.publishing.sending.stored_pictures import StoredPictures
from syndication_assets_tests.media.media_samples import picture
from syndication_assets_tests.publishing.publisher_contract import CONTRACTS

JPEG = picture(size=(64, 48))


@pytest.mark.parametrize("name", ["mastodon", "bluesky", "linkedin"])
def test_the_bytes_of_a_picture_of_ours_are_uploaded_and_its_post_shows_them(name: str):
    with CONTRACTS[name]() as contract:
        post = contract.post(picture=Picture(JPEG, "image/jpeg"), alt_text="A loom")
        assert contract.publisher.publish(post, contract.secret).kind is OutcomeKind.PUBLISHED
        assert any(JPEG in request.body for request in contract.network.requests)
        assert contract.calls() == 1


@pytest.mark.parametrize("channel_type", ["feed_post", "photo_post"])
def test_facebook_gets_the_file_as_a_photo_even_where_the_text_has_a_link(channel_type: str):
    with CONTRACTS["facebook_graph"]() as contract:
        post = contract.post(
            channel_type=channel_type, picture=Picture(JPEG, "image/jpeg"), link_url="https://shop.example/a"
        )
        assert contract.publisher.publish(post, contract.secret).kind is OutcomeKind.PUBLISHED
        (request,) = contract.network.requests
        assert request["path"].endswith("/photos")
        assert request["files"] == {"source": JPEG}
        assert request["form"]["caption"] == post.text


@pytest.mark.parametrize("name", ["mastodon", "bluesky"])
def test_a_picture_of_ours_above_the_limit_is_not_sent(name: str):
    with CONTRACTS[name]() as contract:
        post = contract.post(picture=Picture(JPEG, "image/jpeg"), limits={"image_bytes": 100})
        outcome = contract.publisher.publish(post, contract.secret)
        assert (outcome.kind, contract.calls()) == (OutcomeKind.PERMANENT, 0)


def test_instagram_gets_the_signed_address_and_refuses_a_picture_without_one():
    with CONTRACTS["instagram_graph"]() as contract:
        signed = f"{contract.network.url}/picture.jpg"
        with_address = contract.post(image_url=None, picture=Picture(JPEG, "image/jpeg", signed))
        assert contract.publisher.publish(with_address, contract.secret).kind is OutcomeKind.PUBLISHED
        (container,) = contract.network.containers.values()
        assert container["image_url"] == signed
        without = contract.publisher.publish(
            contract.post(image_url=None, picture=Picture(JPEG, "image/jpeg")), contract.secret
        )
        assert (without.kind, without.message) == (OutcomeKind.PERMANENT, WITHOUT_ADDRESS)


def test_a_directory_gives_no_addresses_so_networks_that_fetch_pictures_are_left_out(tmp_path: object):
    assert StoredPictures(MediaStore(f"{tmp_path}")).without_address() == ["instagram_graph"]
    assert registrations()["instagram_graph"].fetches_pictures
