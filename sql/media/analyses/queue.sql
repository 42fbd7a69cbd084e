-- Puts the pictures, and the videos and documents with a poster, that an analyzer has never looked at into its queue.
-- What an older version has looked at is left alone, unless `again`: then it is queued for this version too.
-- Parameters: organization_id, analyzer, version, mime_types (of pictures), again, moment. A re-run changes nothing: a
-- content is queued once for each version.

insert into media.analyses (organization_id, sha256, analyzer, version, state_since, queued_at, next_attempt_at)
select
    f.organization_id,
    f.sha256,
    %(analyzer)s,
    %(version)s,
    %(moment)s::timestamptz,
    %(moment)s::timestamptz,
    %(moment)s::timestamptz
from media.media_files as f
where
    f.organization_id = %(organization_id)s
    and (f.mime_type = any(%(mime_types)s::text[]) or f.poster_path is not null)
    and not exists (
        select from media.analyses as a
        where
            a.organization_id = f.organization_id
            and a.sha256 = f.sha256
            and a.analyzer = %(analyzer)s
            and (a.version = %(version)s or not %(again)s)
    )
on conflict (organization_id, sha256, analyzer, version) do nothing
