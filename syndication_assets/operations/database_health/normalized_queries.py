"""Texts of statements without the values in them: what may be stored and shown of what somebody ran. Pure.

pg_stat_activity has statements as they were sent, with every value, cut off at a length, which no parser accepts.
pg_stat_statements replaces the values of queries, but in older versions not those of other statements, such as a
password that is set. So both are read here, and what is no query is known by its first words only.
"""

import hashlib
import re
from typing import Final, NamedTuple

LONGEST_QUERY: Final = 4000
"""Characters that are stored of a statement."""

NOT_A_QUERY: Final = "It is no query."
"""Why a statement that is no query has no plan. The condition `query_slow` leaves these out."""

_QUERIES = frozenset({"select", "insert", "update", "delete", "merge", "with", "values"})
_FIRST_WORDS = 2
_TYPED = frozenset({"date", "interval", "json", "jsonb", "numeric", "time", "timestamp", "timestamptz", "uuid"})
_KEYWORDS_BEFORE_A_SIGN = frozenset(
    {"and", "between", "by", "else", "in", "limit", "offset", "or", "select", "then", "values", "when", "where"}
)
_SIGNS_BEFORE_A_SIGN = frozenset({"(", ",", "[", "=", "<", ">", "<=", ">=", "<>", "!=", "+", "-", "*", "/"})
# Quoted things end at the end of the text too: it may be cut off there.
_TOKEN = re.compile(
    r"""
      (?P<space>\s+|--[^\n]*)
    | (?P<comment>/\*)
    | (?P<value>
        [eE]'(?:[^'\\]|\\.|'')*(?:'|(?P<cut_escape>\\?\Z))
        | (?:[uU]&|[bBxXnN])?'(?:[^']|'')*(?:'|(?P<cut_string>\Z))
        | \$(?P<tag>(?:[^\W\d]\w*)?)\$.*?(?:\$(?P=tag)\$|(?P<cut_dollar>\Z))
    )
    | (?P<identifier>(?:[uU]&)?"(?:[^"]|"")*(?:"|(?P<cut_identifier>\Z)))
    | (?P<parameter>\$\d+)
    | (?P<number>(?:\d[\w.]*|\.\d\w*)(?:(?<=[eE])[+-]\d+)?)
    | (?P<word>[^\W\d][\w$]*)
    | (?P<other>::|<=|>=|<>|!=|.)
    """,
    re.VERBOSE | re.DOTALL,
)
_KINDS = ("space", "comment", "value", "identifier", "parameter", "number", "word", "other")
_CUTS = ("cut_escape", "cut_string", "cut_dollar", "cut_identifier")
_COMMENT_MARK = re.compile(r"/\*|\*/")
_WORD = re.compile(r"[^\W\d]\w*")
_LIST = re.compile(r"\b(in ?)\((\$\d+)(?:, ?\$\d+)+\)", re.IGNORECASE)
_ROW = r"\((?:\$\d+|default|null)(?:, ?(?:\$\d+|default|null))*\)"
_PARAMETER = re.compile(r"\$\d+")
_ROWS = re.compile(rf"({_ROW})(?:, ?{_ROW})+", re.IGNORECASE)


class NormalizedQuery(NamedTuple):
    """A statement without its values."""

    text: str
    is_query: bool
    """False for what is known by its first words only."""
    is_whole: bool
    """False if the text was cut off, so that it cannot be planned."""

    @property
    def query_id(self) -> str:
        """16 hexadecimal digits, the same for the same text."""
        return hashlib.sha256(self.text.encode()).hexdigest()[:16]


class _Token(NamedTuple):
    text: str
    follows_space: bool


def normalize(text: str) -> NormalizedQuery:
    """The statement with $1, $2 … in place of its values, without comments, in one line.

    A list of values becomes one value, so that lists of any length are the same statement.
    """
    tokens, is_whole = _tokens(text)
    if next((token.text.lower() for token in tokens if token.text != "("), "") not in _QUERIES:
        return NormalizedQuery(_first_words(tokens), is_query=False, is_whole=True)
    line = "".join(f" {token.text}" if token.follows_space else token.text for token in tokens).strip()
    line = _renumbered(_ROWS.sub(r"\1", _LIST.sub(r"\1(\2)", line)))
    if len(line) > LONGEST_QUERY:
        line, is_whole = line[:LONGEST_QUERY], False
    return NormalizedQuery(line if is_whole else f"{line} …", is_query=True, is_whole=is_whole)


def _first_words(tokens: list[_Token]) -> str:
    words = []
    for token in tokens[:_FIRST_WORDS]:
        if not _WORD.fullmatch(token.text):
            break
        words.append(token.text.lower())
    return " ".join(words) or "unknown"


def _tokens(text: str) -> tuple[list[_Token], bool]:
    """The tokens without comments, values replaced; and whether the text is whole."""
    tokens: list[_Token] = []
    names: dict[str, str] = {}
    count, position, follows_space, is_whole = 0, 0, False, True
    while is_whole and (match := _TOKEN.match(text, position)):
        kind = next(name for name in _KINDS if match[name] is not None)
        position, token = match.end(), match[kind]
        is_whole = all(match[name] is None for name in _CUTS)
        if kind == "comment":
            end = _end_of_comment(text, position)
            position, is_whole = end or len(text), end is not None
        if kind in {"space", "comment"}:
            follows_space = True
            continue
        if kind == "parameter" and token in names:
            token = names[token]
        elif kind in {"value", "number", "parameter"}:
            count += 1
            if kind == "parameter":
                names[token] = f"${count}"
            token, follows_space = _placed(tokens, f"${count}", follows_space, is_number=kind == "number")
        if kind != "identifier" or is_whole:
            tokens.append(_Token(token, follows_space))
        follows_space = False
    while tokens and tokens[-1].text == ";":
        tokens.pop()
    return tokens, is_whole


def _placed(tokens: list[_Token], parameter: str, follows_space: bool, *, is_number: bool) -> tuple[str, bool]:
    """The parameter in place of a value, and whether it follows a space; takes the tokens before that belong to it.

    These are the minus of a number, and the type of a literal: `interval '1 day'` has no form with a parameter but a
    cast.
    """
    before = tokens[-1].text.lower() if tokens else ""
    before_that = tokens[-2].text.lower() if len(tokens) > 1 else ""
    if is_number and before == "-" and before_that in _KEYWORDS_BEFORE_A_SIGN | _SIGNS_BEFORE_A_SIGN:
        return parameter, tokens.pop().follows_space
    if before in _TYPED and before_that not in {".", "::"}:
        return f"{parameter}::{before}", tokens.pop().follows_space
    return parameter, follows_space


def _renumbered(line: str) -> str:
    """The parameters numbered in the order in which they come, without gaps."""
    numbers: dict[str, str] = {}
    return _PARAMETER.sub(lambda match: numbers.setdefault(match[0], f"${len(numbers) + 1}"), line)


def _end_of_comment(text: str, position: int) -> int | None:
    """Where the comment that began before the position ends, with those within it; None if it does not."""
    depth = 1
    for match in _COMMENT_MARK.finditer(text, position):
        depth += 1 if match[0] == "/*" else -1
        if depth == 0:
            return match.end()
    return None
