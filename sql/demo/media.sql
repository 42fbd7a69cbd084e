-- One row is one kind of media of an organization: how many were found and cached, in how many files, and what became
-- of the others. Parameter: slug (of the organization).

with media as (
    select
        m.media_type,
        c.state,
        c.media_file_id
    from media.cached_media as c
    inner join scraping.media_records as m on c.organization_id = m.organization_id and c.media_id = m.media_id
    inner join tenancy.organizations as o on c.organization_id = o.organization_id and o.slug = %(slug)s
)

select
    media_type,
    count(*) as found,
    count(*) filter (where state = 'cached') as cached,
    count(distinct media_file_id) as files,
    count(*) filter (where state = 'waiting') || ' wait for the next run, '
    || count(*) filter (where state = 'expired') || ' expired before it, '
    || count(*) filter (where state = 'gone') || ' gone' as not_cached
from media
group by media_type
order by media_type
