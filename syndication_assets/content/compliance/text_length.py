"""The length of a text, for every rule that limits it."""

import unicodedata


def text_length(text: str) -> int:
    """The number of characters: code points of the composed form (NFC).

    é counts once, however it was typed. An emoji of several code points counts as several, as platforms count it: a
    text within a limit here is within the limit on the platform.
    """
    return len(unicodedata.normalize("NFC", text))
