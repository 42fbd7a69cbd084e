"""What the guard of feeds keeps from the parsers, and that neither can be kept busy."""

import io
import time

import feedparser
import pytest

from syndication_assets.documents.feeds import feed_parser
from syndication_assets.landing.feeds import feed_entries
from syndication_assets.landing.feeds.feed_guard import feed_text, is_whole
from syndication_assets.landing.loading.rejections import FileRejectedError
from syndication_assets_tests.documents.blog import entry, rss

BOMB = (
    '<!DOCTYPE rss [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">'
    '<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;">]>'
)
QUADRATIC = f'<!DOCTYPE rss [<!ENTITY a "{"a" * 1000}">]>'
EXTERNAL = '<!DOCTYPE rss [<!ENTITY a SYSTEM "file:///etc/passwd">]>'
REMOTE = '<!DOCTYPE rss [<!ENTITY % a SYSTEM "http://127.0.0.1:9/x.dtd"> %a;]>'
# No XML: a parser that rejects entities never sees these, and feedparser goes on to its loose parser.
NOT_WELL_FORMED = ["text before the document type", '<?xml version="1.0" broken?>']


def feed_with(head: str, title: str = "&a;&a;&a;") -> bytes:
    item = f"<item><title>{title}</title><guid>urn:1</guid><description>T</description></item>"
    return f'{head}<rss version="2.0"><channel><title>B</title>{item}</channel></rss>'.encode()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-16-le", "utf-8-sig"])
@pytest.mark.parametrize("declarations", [BOMB, QUADRATIC, EXTERNAL, REMOTE, BOMB.lower()])
def test_entities_are_rejected_in_every_encoding_before_a_parser_sees_them(
    declarations: str, encoding: str, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(feed_entries.feedparser, "parse", lambda *_, **__: pytest.fail("the parser has seen it"))
    text = rss(entry(1, "&a;"), head=f'<?xml version="1.0"?>{declarations}').decode()
    with pytest.raises(FileRejectedError, match=r"declares entities|NUL bytes"):
        feed_parser.parse(text.encode(encoding))


@pytest.mark.parametrize("beginning", NOT_WELL_FORMED)
@pytest.mark.parametrize("separator", ["\n", " "])
def test_entities_of_a_feed_that_is_not_well_formed_are_rejected(beginning: str, separator: str):
    declaration = QUADRATIC.replace("<!ENTITY", f"{separator}<!ENTITY")
    with pytest.raises(FileRejectedError, match="declares entities"):
        feed_parser.parse(feed_with(f"{beginning}\n{declaration}\n"))


@pytest.mark.parametrize("beginning", NOT_WELL_FORMED)
def test_without_the_guard_the_loose_parser_expands_them(beginning: str):
    """The control: once this fails, a parser that rejects entities could replace the guard."""
    head = f"{beginning}\n" + QUADRATIC.replace("<!ENTITY", "\n<!ENTITY") + "\n"
    parsed = feedparser.parse(io.BytesIO(feed_with(head)), sanitize_html=False, resolve_relative_uris=False)
    assert len(parsed.entries[0].title) == 3_000


@pytest.mark.parametrize("encoding", ["utf-7", "utf-32", "cp037", "unicode_escape", "punycode", "rot13", "nonsense"])
def test_an_encoding_in_which_characters_can_hide_is_rejected(encoding: str):
    with pytest.raises(FileRejectedError, match="land it as UTF-8"):
        feed_parser.parse(rss(entry(1), head=f'<?xml version="1.0" encoding="{encoding}"?>'))


def test_an_external_document_type_is_not_fetched():
    """Old feeds name one; the tests allow no connection but to this machine, where nobody listens."""
    head = '<?xml version="1.0"?><!DOCTYPE rss SYSTEM "http://127.0.0.1:9/rss.dtd">'
    (item,) = feed_parser.parse(rss(entry(1), head=head)).items
    assert item.document.title == "Post 1"


@pytest.mark.parametrize(
    ("after", "expected"),
    [
        ("</rss>", True),
        ("</rss>\n<!-- made by --> <!-- a blog -->\n", True),
        ("</atom:feed >", True),
        ("<!-- </rss> -->", False),
        ("<![CDATA[ </rss>", False),
        ("</rss> and more", False),
        ("</item>", False),
    ],
)
def test_a_feed_is_whole_if_its_root_ends(after: str, expected: bool):
    assert is_whole(f"<rss><item><![CDATA[<!-- ]]></item>{after}") is expected


@pytest.mark.parametrize(
    ("before", "repeated"),
    [
        ("", "<!DOCTYPE "),
        ("</rss>", "<!-- "),
        ("", "</rss><!--"),
        ("</rss>", "<!-- -->"),
        ("", "<![CDATA["),
        ("", "<a "),
    ],
)
def test_the_guard_takes_time_in_proportion_to_the_feed(before: str, repeated: str):
    """Eight times the length is about eight times the work; a quadratic search needs 64 times as much."""

    def seconds(times: int) -> float:
        content = feed_with("", "A") + (before + repeated * times + "x").encode()
        begin = time.thread_time()
        is_whole(feed_text(content))
        return time.thread_time() - begin

    short, long = (min(seconds(times) for _ in range(5)) for times in (1_000, 8_000))
    assert long / short < 24


def test_blank_lines_at_the_top_do_not_reach_feedparser():
    """It searches them in quadratic time: 40,000 take 6 seconds."""
    head = '<?xml version="1.0"?>' + "\n" * 40_000 + "<!-- made by a blog -->" + "\n" * 40_000
    text = feed_text(feed_with(head, "A"))
    assert text.encode() == feed_with(" <!-- made by a blog --> ", "A")
