"""Plain markup is read as the parser reads it, or not at all."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from syndication_assets.text import source_text
from syndication_assets.text.plain_markup import text_of_plain_markup
from syndication_assets.text.source_text import UnreadableMarkupError, pieces_of, plain_text

BREAKS = source_text._BREAKS
PIECES = st.sampled_from(
    [
        "<p>", "</p>", "<ul>", "</ul>", "<li>", "</li>", "<b>", "</b>", "<br>", "<br/>", "<br />", "</br>", "<p/>",
        "<P>", '<p class="x">', "<script>", "</script>", "<!-- no -->", "<x>", "<", ">", "&", "&amp;", "&nbsp;",
        "&copy", "&lt;b&gt;", "&#39;", "&lt", "amp;", "wool", " ", "\n", "\r\n", "\u00a0", "4 < 5", "<<p>", "&amp;lt;",
    ]
)  # fmt: skip


def lines(text: str) -> list[str]:
    return [tidied for line in text.splitlines() if (tidied := source_text.tidy(line))]


@given(st.lists(PIECES, max_size=12).map("".join))
@example("<p>a<b>b</b></p><ul><li>c&nbsp;d</li></ul>")
def test_what_is_plain_reads_as_the_parser_reads_it(markup: str):
    fast = text_of_plain_markup(markup, BREAKS)
    if fast is None or "<" not in markup:
        return
    assert lines(fast) == lines("".join(piece for piece in pieces_of(markup) if isinstance(piece, str)))


@pytest.mark.parametrize(
    "markup",
    [
        '<p class="x">wool</p>', "<p>wool", "wool</p>", "<p><b>wool</p></b>", "<script>wool</script>", "<p/>wool",
        "<p>4 < 5</p>", "<p>&copy wool</p>", "<!-- wool -->", "<P>wool</P>",
    ],
)  # fmt: skip
def test_what_could_be_read_in_two_ways_is_left_to_the_parser(markup: str):
    assert text_of_plain_markup(markup, BREAKS) is None


def test_the_parser_is_not_asked_for_plain_markup(monkeypatch: pytest.MonkeyPatch):
    def refuse(*_: object) -> None:
        raise UnreadableMarkupError

    monkeypatch.setattr(source_text, "BeautifulSoup", refuse)
    monkeypatch.setattr(source_text, "ParserRejectedMarkup", UnreadableMarkupError)
    assert plain_text("<p>Of <strong>wool</strong> &amp; silk.</p><ul><li>Woven&nbsp;to order</li></ul>") == (
        "Of wool & silk.\nWoven to order"
    )
    with pytest.raises(UnreadableMarkupError):
        plain_text('<p class="x">Of wool.</p>')
