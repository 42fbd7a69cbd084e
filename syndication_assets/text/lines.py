"""Lines of text as people read them: single spaces, plain hyphens, nothing invisible."""

import unicodedata

# A non-breaking hyphen reads as a hyphen; characters without width say nothing to a reader.
_REPLACED = {
    ord("\N{NON-BREAKING HYPHEN}"): "-",
    ord("\N{HYPHEN}"): "-",
    ord("\N{SOFT HYPHEN}"): None,
    ord("\N{ZERO WIDTH SPACE}"): None,
    ord("\N{WORD JOINER}"): None,
    ord("\N{ZERO WIDTH NO-BREAK SPACE}"): None,
}


def tidy_lines(text: str) -> str | None:
    """The lines of a text, each tidied, without empty ones; None if none is left."""
    if text.isascii() and text.isprintable():
        # One line, with nothing to replace.
        return " ".join(text.split()) or None
    lines = (tidy(line) for line in text.splitlines())
    return "\n".join(line for line in lines if line) or None


def tidy(line: str) -> str:
    """A line with single spaces and plain hyphens, without invisible characters."""
    # `split` treats non-breaking spaces as spaces.
    words = (line if line.isascii() else line.translate(_REPLACED)).split()
    text = " ".join(words)
    if text.isprintable():
        return text
    # PostgreSQL rejects some control characters.
    kept = ("".join(c for c in word if unicodedata.category(c) not in {"Cc", "Cs"}) for word in words)
    return " ".join(word for word in kept if word)
