-- One row is one kind of media of an organization: how many were found and cached, in how many files, the colours of
-- how many files were found, and what became of the others. Parameter: slug (of the organization).

with media as (
    select
        m.media_type,
        c.state,
        c.media_file_id,
        a.sha256 as analysed
    from media.cached_media as c
    inner join scraping.media_records as m on c.organization_id = m.organization_id and c.media_id = m.media_id
    inner join tenancy.organizations as o on c.organization_id = o.organization_id and o.slug = %(slug)s
    left join media.media_files as f on c.organization_id = f.organization_id and c.media_file_id = f.media_file_id
    left join media.analyses as a
        on f.organization_id = a.organization_id and f.sha256 = a.sha256 and a.analyzer = 'colours' and a.is_newest
)

select
    media_type,
    count(*) as found,
    count(*) filter (where state = 'cached') as cached,
    count(distinct media_file_id) as files,
    count(distinct analysed) as analysed,
    count(*) filter (where state = 'waiting') || ' wait for the next run, '
    || count(*) filter (where state = 'expired') || ' expired before it, '
    || count(*) filter (where state = 'gone') || ' gone' as not_cached
from media
group by media_type
order by media_type
