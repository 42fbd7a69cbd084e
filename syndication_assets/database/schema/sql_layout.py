"""PostgreSQL's printed SQL as a person would write it, and lines of at most 120 characters. Pure."""

import re
import textwrap
from collections.abc import Iterator

WIDTH = 120

_QUOTED = re.compile(r"""('(?:[^']|'')*'|"(?:[^"]|"")*")""")
_CLAUSE = re.compile(
    r" (?=(?:and|or|when|else|for each|from|group by|include|left join|on|references|where|with check) )"
)
_ARGUMENT = re.compile(r"(?<=,) ")
_SPACE = re.compile(" ")
_TEXT_LITERAL = re.compile(r"('(?:[^']|'')*')::text\b(?!\[)")
# A cast stays where nothing else tells the type: at the result of a CASE, and an enum's at the argument of a function.
_LITERAL = re.compile(
    r"(?<!\bTHEN )(?<!\bELSE )('(?:[^']|'')*')::(?:timestamp with time zone|time without time zone|[a-z_]+)"
    r"(?![a-z_.])(?:\[\])?"
    r"|(?<!\bTHEN )(?<!\bELSE )(?<!\()('(?:[^']|'')*')::[a-z_]+\.[a-z_]+(?:\[\])?"
    r"|(\bELSE NULL)::(?:timestamp with time zone|double precision|[a-z_]+(?:\.[a-z_]+)?)(?:\[\])?"
)


def readable(sql: str) -> str:
    """The same SQL in lower case, without the casts of literals and the operators that PostgreSQL prints."""
    sql = _LITERAL.sub(r"\1\2\3", _TEXT_LITERAL.sub(r"\1", sql))
    parts = _QUOTED.split(sql)
    text = "".join(part if place % 2 else part.lower() for place, part in enumerate(parts))
    text = text.replace("timestamp with time zone", "timestamptz").replace(" using btree ", " ")
    text = re.sub(r" on only (?=[a-z_]+\.)", " on ", text)
    text = text.replace(" !~~ ", " not like ").replace(" ~~ ", " like ")
    text = re.sub(r" = any \(array\[([^\[\]]*)\]\)", r" in (\1)", text)
    text = re.sub(r" <> all \(array\[([^\[\]]*)\]\)", r" not in (\1)", text)
    return re.sub(r"(references [a-z_.]+)\(", r"\1 (", text)


def comment_lines(comment: str | None, indent: int = 0) -> list[str]:
    """A comment as lines that begin with `--` in column `indent`; none without a comment."""
    start = " " * indent + "-- "
    return textwrap.wrap(
        comment or "",
        WIDTH,
        initial_indent=start,
        subsequent_indent=start,
        break_long_words=False,
        break_on_hyphens=False,
    )


def on_one_line(sql: str) -> str:
    """Readable SQL without the line breaks that PostgreSQL prints in expressions."""
    parts = _QUOTED.split(readable(sql))
    return "".join(part if place % 2 else re.sub(r"\s+", " ", part) for place, part in enumerate(parts)).strip()


def wrapped(sql: str, indent: int = 0) -> list[str]:
    """A statement as lines. A longer one breaks before clauses, else after commas, else between words, and continues
    four columns further; a literal never breaks.
    """
    start = " " * indent
    lines: list[str] = []
    for piece in _pieces(sql, WIDTH - indent - 4, (_CLAUSE, _ARGUMENT, _SPACE)):
        if lines and len(lines[-1]) + 1 + len(piece) <= WIDTH:
            lines[-1] += f" {piece}"
        else:
            lines.append(f"{start}{'    ' if lines else ''}{piece}")
    return lines


def _pieces(sql: str, longest: int, separators: tuple[re.Pattern[str], ...]) -> Iterator[str]:
    for piece in _split(separators[0], sql):
        if len(piece) > longest and len(separators) > 1:
            yield from _pieces(piece, longest, separators[1:])
        else:
            yield piece


def _split(separator: re.Pattern[str], sql: str) -> list[str]:
    """The parts between the separators outside of literals."""
    parts = [""]
    for place, piece in enumerate(_QUOTED.split(sql)):
        first, *rest = [piece] if place % 2 else separator.split(piece)
        parts[-1] += first
        parts += rest
    return parts
