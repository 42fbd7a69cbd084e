-- Media in one state, the newest first. Parameters: organization (slug, or NULL), state (or NULL), maximum.

select
    o.slug as organization,
    c.media_id,
    m.post_id,
    m.media_type::text,
    c.state::text,
    c.state_since,
    c.host,
    c.url_expires_at,
    c.next_attempt_at,
    c.attempts,
    c.reason,
    f.media_file_id,
    f.mime_type,
    f.size_bytes
from media.cached_media as c
inner join scraping.media_records as m on c.organization_id = m.organization_id and c.media_id = m.media_id
inner join tenancy.organizations as o on c.organization_id = o.organization_id
left join media.media_files as f on c.organization_id = f.organization_id and c.media_file_id = f.media_file_id
where
    (%(organization)s::text is null or o.slug = %(organization)s)
    and (%(state)s::media.cache_state is null or c.state = %(state)s)
order by c.state_since desc, c.organization_id asc, c.media_id asc
limit %(maximum)s
