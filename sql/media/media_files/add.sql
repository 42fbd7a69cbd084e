-- Adds the row of one stored file, by its content, and returns its id. Parameters: the columns of media_files. A re-run
-- returns the same id: a known content keeps its row, and is no longer in the archive only.

with added as (
    insert into media.media_files (
        organization_id,
        sha256,
        size_bytes,
        mime_type,
        object_path,
        width,
        height,
        frame_count,
        perceptual_hash,
        thumbnail_path,
        poster_path,
        no_preview_reason
    ) values (
        %(organization_id)s,
        %(sha256)s,
        %(size_bytes)s,
        %(mime_type)s,
        %(object_path)s,
        %(width)s,
        %(height)s,
        %(frame_count)s,
        %(perceptual_hash)s,
        %(thumbnail_path)s,
        %(poster_path)s,
        %(no_preview_reason)s
    )
    on conflict (organization_id, sha256) do update set archived_at = null
    returning media_file_id
)

select media_file_id
from added
