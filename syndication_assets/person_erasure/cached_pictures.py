"""Forgets the cached pictures of a person that no other post has; the erasure then removes their files."""

from typing import Any

from syndication_assets.database.connection import Connection


def pictures_of_posts(connection: Connection, parameters: dict[str, Any]) -> list[str]:
    """The ids of the files that the posts in `erased_posts` have."""
    rows = connection.execute(
        "select distinct c.media_file_id from media.cached_media as c"
        " inner join scraping.media_records as m using (organization_id, media_id)"
        " where c.organization_id = %(organization_id)s and c.media_file_id is not null"
        " and m.post_id in (select e.post_id from erased_posts as e)",
        parameters,
    )
    return [media_file_id for (media_file_id,) in rows]


def forget_pictures(connection: Connection, organization_id: str, media_file_ids: list[str]) -> int:
    """Removes the records of the files that nothing has any more; returns their number."""
    return connection.execute(
        "delete from media.media_files as f where f.organization_id = %s and f.media_file_id = any(%s)"
        " and not exists (select from media.cached_media as c"
        " where c.organization_id = f.organization_id and c.media_file_id = f.media_file_id)"
        " and not exists (select from brand.brand_assets as b"
        " where b.organization_id = f.organization_id and b.media_file_id = f.media_file_id)",
        [organization_id, media_file_ids],
    ).rowcount
