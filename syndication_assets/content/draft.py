"""A draft: what would be published, and the hash that approvals are bound to."""

import hashlib
import json
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Draft:
    """What would be published. `text_content` is the complete text, including hashtags and link."""

    text_content: str
    hashtags: tuple[str, ...] = ()
    """Without #."""
    call_to_action: str | None = None
    alt_text: str | None = None
    link_url: str | None = None
    image_url: str | None = None
    picture_file_id: str | None = None
    """The picture, if it is ours; then `image_url` is None."""
    language: str = "en"

    @property
    def has_picture(self) -> bool:
        return self.image_url is not None or self.picture_file_id is not None

    def content_hash(self) -> bytes:
        """BLAKE2b-128 of what readers get: text, link, picture and the picture's alternative text."""
        shown = [self.text_content, self.link_url, self.image_url, self.alt_text]
        if self.picture_file_id is not None:
            shown.append(self.picture_file_id)
        published = json.dumps(shown, ensure_ascii=True, separators=(",", ":"))
        return hashlib.blake2b(published.encode(), digest_size=16).digest()
