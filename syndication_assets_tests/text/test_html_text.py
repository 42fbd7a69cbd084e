"""HTML reads as a browser shows it, and no markup breaks the reader of the thread."""

import html
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from syndication_assets.text.html_text import (
    Heading,
    Image,
    Piece,
    UnreadableMarkupError,
    one_line,
    pieces_of,
    plain_text,
)
from syndication_assets.text.lines import tidy_lines

TEXTS = settings(max_examples=300, deadline=None, derandomize=True, database=None)
HEADINGS = frozenset({"h1", "h2", "h3"})
MARKUP = st.sampled_from(
    [
        "<p>", "</p>", "<ul>", "</ul>", "<li>", "</li>", "<b>", "</b>", "<br>", "<br/>", "</br>", "<p/>", "<P>",
        '<p class="x">', "<script>", "</script>", "<!--", "-->", "<x>", "<", ">", "&", "&amp;", "&copy", "&lt;b&gt;",
        "&#39;", "&#0;", "<h2 id=a>", "</h2>", "<img src=a>", "<template>", "</template>", "<title>", "</title>",
        "wool", " ", "\n", "\r\n", "\u00a0", "\0", "\ud800", "4 < 5", "<<p>", "<![CDATA[", "]]>", "<table>", "</table>",
    ]
)  # fmt: skip


def sections(markup: str) -> list[Piece]:
    """The pieces with headings, without line breaks."""
    return [piece for piece in pieces_of(markup, HEADINGS) if piece != "\n"]


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("<p>One</p><p>Two &amp; three</p>", "One\nTwo & three"),
        ("a<br/>b<br>c", "a\nb\nc"),
        ("<ul><li>wool</li><li>silk</li></ul>", "wool\nsilk"),
        ("of <b>w</b>ool", "of wool"),
        ("<script>steal()</script>safe<style>p {}</style>", "safe"),
        ("5 &lt; 6", "5 < 6"),
        ("hand\u2011made\u00a0kilt\u00ad\u200b", "hand-made kilt"),
        ("a\x00b\x07", "ab"),
        ("<p>unclosed <i>tags", "unclosed tags"),
        ("  \n <p> </p> ", None),
        ("https://shop.example/?a=1&b=2", "https://shop.example/?a=1&b=2"),
        ("<p>a&b</p>", "a&b"),
        ("<b>wool</b> <i>silk</i>", "wool silk"),
        ("sizes <10 and >5", "sizes <10 and >5"),
        ("&#x80;5 &copy2", "€5 ©2"),
        ("<p>a\x00b\x07</p>", "ab"),
        ("<p>a\ud800b</p>", "ab"),
        ("<o:p>Word</o:p>", "Word"),
        ("wool<!-- silk --><![CDATA[ silk ]]><?php silk ?>", "wool"),
        ("<table><tr><td>a</td></tr><tr><td>b</td></tr></table>", "a\nb"),
        (
            "<table><tr><th>Material</th><td>wool</td></tr><tr><td>Size<td>180 cm</table>",
            "Material\nwool\nSize\n180 cm",
        ),
        ("<ul><li>wool<li>silk<ul><li>linen</ul></ul>", "wool\nsilk\nlinen"),
        ("<dl><dt>Size</dt><dd>L</dd><dt>Made in</dt><dd>Skye</dd></dl>", "Size\nL\nMade in\nSkye"),
        ("<article>a</article><article>b</article><figure>c<figcaption>d</figcaption></figure>", "a\nb\nc\nd"),
        ("<table><caption>Sizes</caption><tr><td>6<td>7</table>", "Sizes\n6\n7"),
        ("<select><option>S</option><option>M</option></select>", "S\nM"),
        ("<html><head><title>Shop</title></head><body>wool</body></html>", "wool"),
    ],
)
def test_markup_becomes_what_a_person_reads(markup: str, text: str | None):
    assert plain_text(markup) == text


@pytest.mark.parametrize("opening", ["<style>p {}</style>", '<meta charset="utf-16">', "<link rel=x>", "<script/>"])
@pytest.mark.parametrize("element", ["p", "section", "figure", "custom-element"])
def test_elements_of_a_head_hide_nothing_that_follows(opening: str, element: str):
    """Shops paste them at the beginning of a description, and libxml2 opens a head for them."""
    assert plain_text(f"{opening}<{element}>é wool</{element}>") == "é wool"


@pytest.mark.parametrize("name", ["script", "style", "template", "title", "iframe", "noembed", "noframes"])
def test_content_that_no_browser_shows_is_no_text(name: str):
    assert plain_text(f"wool<{name}><p>no</p></{name}> silk") == "wool silk"
    assert plain_text(f"<svg><{name}>no</{name}></svg>wool") == "wool"


def test_an_external_entity_is_read_from_nowhere():
    text = plain_text('<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/hostname">]><p>&e; kilt</p>')
    assert text is not None
    assert text.splitlines()[-1] == "&e; kilt", "an entity that HTML does not know stays as it is written"


def test_one_line_is_the_text_of_a_name():
    assert one_line("<p>a</p><p>b</p>") == "a b"
    assert one_line("<p> </p>") is None


def test_a_text_of_any_length_is_whole():
    """libxml2 has limits of 10 MB, and drops what exceeds them without an error."""
    length = 11_000_000
    text = plain_text(f"<p title='{'a' * length}'>{'b' * length}</p>after")
    assert text is not None
    assert (len(text), text[-6:]) == (length + len("\nafter"), "\nafter")


def test_deep_nesting_is_read_up_to_a_limit():
    assert plain_text("<div>" * 5_000 + "deep") == "deep"
    with pytest.raises(UnreadableMarkupError):
        plain_text("<div>" * 7_000 + "deep")


def test_markup_that_is_not_read_leaves_nothing_behind():
    for hostile in ("<template>" * 7_000, "<h2>wool" + "<b>" * 7_000, "<script>", "<title>", "<h2>"):
        with suppress(UnreadableMarkupError):
            pieces_of(hostile, HEADINGS)
        assert pieces_of("<p>silk</p>") == ["\n", "silk", "\n"]
        assert pieces_of("<!-- -->") == []


def test_headings_and_pictures_stand_in_reading_order():
    assert sections("a<h2 id='w'>Warm</h2><img src='/b.jpg'>b<h3>Soft</h3><img><h4>c</h4>") == [
        "a",
        Heading("Warm", "w"),
        Image("/b.jpg"),
        "b",
        Heading("Soft", None),
        Image(None),
        "c",
    ]
    assert "".join(str(piece) for piece in pieces_of("a<h2>Warm</h2><img src=b>b")) == "a\nWarm\nb"


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("<h2>W&auml;rme &amp; mehr</h2>", "Wärme & mehr"),
        ("<H2\nclass=x><b>Warm</b></H2>", "Warm"),
        ("<h2><p>Warm</p></h2>", "Warm"),
        ("<h2><table><tr><td>Warm</td></tr></table></h2>", "Warm"),
        ("<h2>Warm <h3>and</h3> soft</h2>", "Warm and soft"),
        ("<h2>Warm<br>and<img src=x><span> soft</span></h2>", "Warm and soft"),
        ("<h2>Warm<script>no</script><svg><title>no</title></svg></h2>", "Warm"),
        ("<p><h2>Warm</h2></p>", "Warm"),
        ("<div><h2>Warm</div>", "Warm"),
    ],
)
def test_a_heading_is_the_text_of_all_that_is_in_it(markup: str, text: str):
    (heading, after) = sections(f"{markup}after")
    assert isinstance(heading, Heading)
    assert (tidy_lines(heading.text), after) == (text, "after")


def test_headings_and_pictures_that_no_browser_shows_are_none():
    assert sections("<template><h2>no</h2><img src=x></template><noscript><img src=y></noscript>wool") == [
        Image("y"),
        "wool",
    ]


@TEXTS
@given(st.text(max_size=40))
def test_escaped_text_reads_as_it_was(text: str):
    assert plain_text(html.escape(text)) == tidy_lines(text)
    assert plain_text(f"<p>{html.escape(text)}</p>") == tidy_lines(text)


@TEXTS
@given(st.lists(MARKUP, max_size=14).map("".join))
def test_any_markup_is_lines_of_tidy_text(markup: str):
    text = plain_text(markup)
    assert text is None or text == tidy_lines(text)
    assert all(isinstance(piece, str | Heading | Image) for piece in pieces_of(markup, HEADINGS))


def test_each_thread_reads_its_own_text():
    def read(number: int) -> bool:
        markup = f"<h2>{number}</h2>" + f"<p>{number}</p>" * 200
        return sections(markup) == [Heading(str(number), None), *[str(number)] * 200]

    with ThreadPoolExecutor(8) as threads:
        assert all(threads.map(read, range(400)))
