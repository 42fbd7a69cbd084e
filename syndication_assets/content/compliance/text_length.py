"""How long a text is, for every rule that limits it."""

import unicodedata


def text_length(text: str) -> int:
    """Signs: code points of the composed form (NFC).

    So é is one, however it was typed. An emoji of several code points counts as several, as platforms count it: a text
    that is within a limit here is within it there.
    """
    return len(unicodedata.normalize("NFC", text))
