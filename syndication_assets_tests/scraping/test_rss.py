"""Feeds that are followed like profiles: their entries become posts, with what numbers a feed has."""

import json
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest

from syndication_assets.landing.loading.rejections import FileRejectedError, ItemRejectedError
from syndication_assets.scraping.erasure.erased_people import Treatment
from syndication_assets.scraping.erasure.file_redaction import redacted_content
from syndication_assets.scraping.erasure.person_to_erase import Person
from syndication_assets.scraping.fetching.fetch import active_organizations, fetch_organization
from syndication_assets.scraping.fetching.fetch_errors import FetchError
from syndication_assets.scraping.fetching.profile_listing import ProfileToFetch
from syndication_assets.scraping.items.observation import Counters, PostObservation
from syndication_assets.scraping.items.usernames import canonical_username
from syndication_assets.scraping.post_sources import SOURCES
from syndication_assets.scraping.rss.assets import rss_source
from syndication_assets.scraping.rss.entry_parser import SOURCE, parse_item
from syndication_assets.scraping.rss.feed_items import feed_file
from syndication_assets_tests.documents.feed_server import Answer, Internet
from syndication_assets_tests.scraping.fake_apis import track
from syndication_assets_tests.scraping.linkedin_dataset import MONDAY, TUESDAY, Desk

ADDRESS = "wool.example/feed"
ROOT = (
    '<rss version="2.0" xmlns:slash="http://purl.org/rss/1.0/modules/slash/"'
    ' xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:media="http://search.yahoo.com/mrss/">'
)
NUMBERS = "<slash:comments>7</slash:comments>"
STATISTICS = '<media:community><media:statistics views="90" favorites="4"/></media:community>'


def entry(number: int = 1, rest: str = NUMBERS, day: int = 3) -> str:
    return (
        f"<item><title>Dyed &amp; spun {number}</title><link>/p/{number}</link><guid>https://wool.example/p/{number}"
        f"</guid><pubDate>Mon, 0{day} Nov 2025 09:00:00 GMT</pubDate>"
        f"<content:encoded><![CDATA[<p>How we dye.</p><p>Slowly.</p>]]></content:encoded>{rest}</item>"
    )


def rss(*entries: str, built: str = "") -> bytes:
    head = f"<title>Wool Letters</title><link>https://wool.example/</link><lastBuildDate>{built}</lastBuildDate>"
    return f'<?xml version="1.0"?>{ROOT}<channel>{head}\n{"".join(entries)}</channel></rss>'.encode()


def items(content: bytes) -> list[dict[str, str]]:
    return json.loads(feed_file(content, ADDRESS))


def observed(content: bytes, place: int = 0) -> PostObservation:
    (observation,) = parse_item(json.dumps(items(content)[place]).encode(), None).observations
    return observation


def test_an_entry_is_a_post_of_the_feed():
    image = '<enclosure url="/loom.jpg?w=9" type="image/jpeg" length="1"/>'
    found = observed(rss(entry(rest=NUMBERS + STATISTICS + image)))
    assert found.ids == (("post", "https://wool.example/p/1"),)
    assert found.text == "Dyed & spun 1\n\nHow we dye.\nSlowly."
    assert (found.url, found.posted_at) == ("https://wool.example/p/1", datetime(2025, 11, 3, 9, tzinfo=UTC))
    assert found.counters == Counters(reactions=4, comments=7, views=90)
    assert found.author is not None
    assert (found.author.username, found.author.name, found.author.kind) == (ADDRESS, "Wool Letters", "channel")
    assert [(media.media_key, media.media_url) for media in found.media] == [
        ("wool.example/loom.jpg", "https://wool.example/loom.jpg?w=9")
    ]


def test_an_atom_entry_is_read_the_same_way():
    content = b"""<feed xmlns="http://www.w3.org/2005/Atom" xmlns:thr="http://purl.org/syndication/thread/1.0">
    <title>Letters</title><link href="https://wool.example/"/><entry><id>tag:wool.example,2025:1</id>
    <title>Spun</title><link href="https://wool.example/1"/><updated>2025-11-03T09:00:00Z</updated>
    <content type="html">&lt;p>Slowly&lt;/p></content><thr:total>3</thr:total></entry></feed>"""
    found = observed(content)
    assert (found.ids[0][1], found.text) == ("tag:wool.example,2025:1", "Spun\n\nSlowly")
    assert (found.counters, found.posted_at) == (Counters(comments=3), datetime(2025, 11, 3, 9, tzinfo=UTC))


@pytest.mark.parametrize(
    ("rest", "counters"),
    [
        ("", None),
        ("<slash:comments>0</slash:comments>", Counters(comments=0)),
        ("<slash:comments>-1</slash:comments>", None),
        ("<slash:comments/>", None),
    ],
)
def test_a_number_that_the_feed_does_not_have_is_not_measured(rest: str, counters: Counters | None):
    assert observed(rss(entry(rest=rest))).counters == counters


def test_what_is_no_number_rejects_its_entry_only():
    content = rss(entry(rest="<slash:comments>many</slash:comments>"), entry(2))
    with pytest.raises(ItemRejectedError, match=r"\$\.entry: slash:comments is not a number"):
        observed(content)
    assert observed(content, 1).counters == Counters(comments=7)


def test_an_item_does_not_change_while_its_entry_does_not():
    assert items(rss(entry(), built="today")) == items(rss(entry(2), entry(), built="later"))[1:]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"<!doctype html><html><body>Sign in</body></html>", "it is a page of HTML"),
        (rss(entry(), entry(2))[:-60], "the feed is cut off"),
        (b'<!DOCTYPE rss [<!ENTITY a "b">]>' + rss(entry()), "it declares entities"),
        (b"", "it is empty"),
    ],
)
def test_what_is_no_feed_does_not_land(content: bytes, reason: str):
    with pytest.raises(FileRejectedError, match=reason):
        feed_file(content, ADDRESS)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"entry": None}, r"\$\.entry: missing XML"),
        ({"root": "<html>"}, r"\$\.root: not the first tag of a feed"),
        ({"root": '<!DOCTYPE x [<!ENTITY a "b">]><rss>'}, r"\$\.root: not the first tag"),
        ({"entry": "<!ENTITY a 'b'>" + entry()}, r"\$\.entry: it declares entities"),
        ({"entry": entry() + entry(2)}, r"\$\.entry: 2 entries, but one is expected"),
        ({"entry": "<item><title>No id</title></item>", "site": None}, r"neither an id nor a link"),
    ],
)
def test_an_item_that_somebody_lands_is_guarded_like_a_feed(changes: dict[str, str], reason: str):
    (item,) = items(rss(entry()))
    with pytest.raises(ItemRejectedError, match=reason):
        parse_item(json.dumps(item | changes).encode(), None)


def test_a_feed_has_one_name_however_its_address_is_spelled():
    for spelled in (ADDRESS, f"https://{ADDRESS}", "Wool.Example/feed", f" https://{ADDRESS}\n"):
        assert canonical_username("rss", spelled) == ADDRESS
    assert canonical_username("rss", "wool.example/Feed?a=B") == "wool.example/Feed?a=B"


def test_an_erased_feed_keeps_its_numbers_under_no_name_or_nothing():
    source, person = SOURCES[SOURCE], Person("rss", ADDRESS, ("Wool Letters",))
    content = feed_file(rss(entry()), ADDRESS)
    erased = Treatment("ers-0000000a", False, b"k" * 40, "org-00000001")
    assert redacted_content(content, source, ADDRESS, person, erased) is None
    anonymised = Treatment("ers-0000000a", True, b"k" * 40, "org-00000001")
    left = redacted_content(content, source, ADDRESS, person, anonymised)
    assert left is not None
    assert b"wool" not in left.lower()
    (item,) = msgspec.json.decode(left, type=list[msgspec.Raw])
    (found,) = parse_item(bytes(item), None).observations
    assert (found.counters, found.text) == (Counters(comments=7), None)
    assert found.posted_at == datetime(2025, 11, 3, 9, tzinfo=UTC)
    assert found.author is not None
    assert found.author.username == "ers-0000000a"


def test_a_feed_is_fetched_landed_and_loaded_with_its_history(desk: Desk, tmp_path: Path):
    with Internet(tmp_path).running() as internet:
        host = f"blog.example:{internet.port}"
        source = rss_source(internet.client())
        internet.pages["/feed"] = Answer(200, rss(entry(2, day=4), entry()))
        track(desk.url, f"{host}/feed", f"{host}/gone", platform="rss")
        (organization,) = active_organizations(desk.url)
        report = fetch_organization(desk.url, desk.zone, organization, source)
    assert (report.files_landed, report.posts_fetched, list(report.failures)) == (
        1,
        2,
        [f"{host}/gone"],
    )
    for day, comments in ((MONDAY, 7), (TUESDAY, 9)):
        numbered = entry(rest=f"<slash:comments>{comments}</slash:comments>")
        file = feed_file(rss(numbered), f"{host}/feed")
        desk.put(day, f"feed_wool_{day}_10-00-00-000.json", file, SOURCE)
    desk.load(TUESDAY, MONDAY, datetime.now(UTC).date())
    assert desk.rows(
        "select p.urn, p.author_username, d.comments, d.reactions from scraping.data_downloads as d"
        " join scraping.posts as p using (organization_id, post_id) order by p.urn, d.downloaded_at"
    ) == [
        ("https://wool.example/p/1", f"{host}/feed", 7, None),
        ("https://wool.example/p/1", f"{host}/feed", 9, None),
        ("https://wool.example/p/1", f"{host}/feed", 7, None),
        ("https://wool.example/p/2", f"{host}/feed", 7, None),
    ]


def test_posts_between_the_newest_known_one_and_the_oldest_of_the_feed_may_be_missing(tmp_path: Path):
    known, goal = datetime(2025, 11, 1, tzinfo=UTC), datetime(2025, 10, 1, tzinfo=UTC)
    with Internet(tmp_path).running() as internet:
        source = rss_source(internet.client())
        internet.pages["/feed"] = Answer(200, rss(entry()))
        address = f"blog.example:{internet.port}/feed"
        profile = ProfileToFetch(address, "", known, goal)
        assert source.fetch(profile).missed_since(profile) == known
        reached = ProfileToFetch(address, "", datetime(2025, 11, 3, 9, tzinfo=UTC), goal)
        fetched = source.fetch(reached)
        assert (fetched.missed_since(reached), fetched.reached_back_to) == (None, goal)
        internet.pages["/feed"] = Answer(200, b"<html></html>")
        with pytest.raises(FetchError, match="not a feed"):
            source.fetch(profile)
