"""Which posts show the same picture: a copy of the file, or one that looks like it."""

from datetime import date, datetime
from typing import NamedTuple

from syndication_assets.database.connection import Connection, load_sql


class SharedPicture(NamedTuple):
    """One picture of a post that an earlier post has shown before; one row of `media/shared_pictures.sql`."""

    organization: str
    post_id: str
    posted_at: datetime
    author_username: str | None
    media_id: str
    media_file_id: str
    first_post_id: str
    """The first post with the picture."""
    first_posted_at: datetime
    first_author_username: str | None
    differing_bits: int
    """0 for a copy of the file, or one that cannot be told from it; 5 at most."""
    earlier_posts: int


def shared_pictures(
    connection: Connection, *, organization: str | None, since: date | None, post_id: str | None, maximum: int
) -> list[SharedPicture]:
    """The pictures of an organization, or of one post, the newest post first. `since` is the first UTC day on which the
    later post was observed.
    """
    rows = connection.execute(
        load_sql("media/shared_pictures.sql"),
        {"organization": organization, "since": since, "post": post_id, "maximum": maximum},
    )
    return [SharedPicture(*row) for row in rows]
