-- Leases what an analyzer does next: what waits longest. Of a video or a document it is given the poster, a JPEG. A
-- picture that another run leases at the same moment is left to that run. Parameters: organization_id, analyzer,
-- version, lease_id, lease_seconds, maximum (rows), moment.

with due as (
    select
        organization_id,
        analysis_id
    from media.analyses
    where
        organization_id = %(organization_id)s
        and analyzer = %(analyzer)s
        and version = %(version)s
        and state = 'pending'
        and next_attempt_at <= %(moment)s
    order by next_attempt_at, analysis_id
    limit %(maximum)s
    for update skip locked
)

update media.analyses as a
set
    state = 'analyzing',
    state_since = %(moment)s::timestamptz,
    next_attempt_at = null,
    lease_id = %(lease_id)s::uuid,
    leased_until = %(moment)s::timestamptz + make_interval(secs => %(lease_seconds)s),
    attempts = a.attempts + 1
from due as d
inner join media.analyses as w on d.organization_id = w.organization_id and d.analysis_id = w.analysis_id
inner join media.media_files as f on w.organization_id = f.organization_id and w.sha256 = f.sha256
where a.organization_id = d.organization_id and a.analysis_id = d.analysis_id
returning
    a.organization_id,
    a.analysis_id,
    a.sha256,
    coalesce(f.poster_path, f.object_path) as picture_path,
    case when f.poster_path is null then f.mime_type else 'image/jpeg' end as picture_type,
    a.attempts
