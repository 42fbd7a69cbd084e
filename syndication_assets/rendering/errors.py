"""Why a picture is not drawn; each message says what to change."""

from collections.abc import Sequence

from syndication_assets.errors import SyndicationError


class RenderingError(SyndicationError):
    """A picture cannot be drawn from these inputs."""


class FieldError(RenderingError):
    """A field is missing, unknown, too long or of another kind."""

    def __init__(self, field: str, problem: str) -> None:
        super().__init__(f"The field {field!r} {problem}")
        self.field = field


class MissingGlyphsError(RenderingError):
    """No font has these characters; they would be drawn as empty boxes."""

    def __init__(self, layer: str, characters: Sequence[str]) -> None:
        named = ", ".join(f"{character} (U+{ord(character):04X})" for character in characters)
        super().__init__(
            f"No font has the characters {named} of the layer {layer!r}. Leave them out, or add a font that has them to"
            " the brand; emoji need the system's Noto Color Emoji (on Debian and Ubuntu, fonts-noto-color-emoji)."
        )
        self.layer = layer
        self.characters = tuple(characters)


class TextDoesNotFitError(RenderingError):
    """The text is too long for its box even at the smallest size that the template allows."""

    def __init__(self, layer: str, format_name: str, characters_over: int) -> None:
        super().__init__(
            f"The text of the layer {layer!r} does not fit into the format {format_name!r}: it has about"
            f" {characters_over} characters too many. Shorten it."
        )
        self.layer = layer
        self.format_name = format_name
        self.characters_over = characters_over


class UnreadablePictureError(RenderingError):
    """A picture is damaged, of a kind that is not decoded, or larger than the limit."""

    def __init__(self, what: str, problem: str) -> None:
        super().__init__(f"{what} cannot be drawn: {problem}.")


class PictureTooLargeError(RenderingError):
    """The encoded picture has more bytes than the limit, even at the lowest quality."""

    def __init__(self, format_name: str, bytes_: int, maximum_bytes: int) -> None:
        super().__init__(
            f"The format {format_name!r} has {bytes_:,} bytes at the lowest quality, but at most {maximum_bytes:,} are"
            " allowed. Use a calmer photo or a smaller format."
        )
