-- The files that have a small copy and were cached on a UTC day, the newest first, each once. Parameters: day, maximum.

select
    f.thumbnail_path,
    f.mime_type,
    f.duration_seconds::double precision,
    f.page_count
from media.cached_media as c
inner join media.media_files as f on c.organization_id = f.organization_id and c.media_file_id = f.media_file_id
where
    c.state = 'cached'
    and c.state_since >= %(day)s::date::timestamp at time zone 'utc'
    and c.state_since < (%(day)s::date + 1)::timestamp at time zone 'utc'
    and f.thumbnail_path is not null
group by f.organization_id, f.media_file_id
order by max(c.state_since) desc, f.organization_id asc, f.media_file_id asc
limit %(maximum)s
