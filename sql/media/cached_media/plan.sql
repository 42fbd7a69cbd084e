-- What the next run would fetch, for each organization. Parameters: moment, maximum (media of one run, or NULL). The
-- bytes are those that stored files of the same organization and kind of medium have on average: of a kind without one,
-- nobody knows them. The pace is that of the last 24 hours. It changes nothing.

with waiting as (
    select
        c.organization_id,
        m.media_type,
        c.url_expires_at,
        row_number() over (order by c.url_expires_at nulls last, c.queued_at, c.organization_id, c.media_id) as place,
        row_number() over (
            partition by c.organization_id order by c.url_expires_at nulls last, c.queued_at, c.media_id
        ) as own_place
    from media.cached_media as c
    inner join scraping.media_records as m on c.organization_id = m.organization_id and c.media_id = m.media_id
    where c.state = 'waiting' and c.next_attempt_at <= %(moment)s
),

sizes as (
    select
        c.organization_id,
        m.media_type,
        avg(f.size_bytes) as bytes
    from media.cached_media as c
    inner join scraping.media_records as m on c.organization_id = m.organization_id and c.media_id = m.media_id
    inner join media.media_files as f on c.organization_id = f.organization_id and c.media_file_id = f.media_file_id
    group by c.organization_id, m.media_type
)

select
    o.slug as organization,
    count(*) filter (where w.place <= coalesce(%(maximum)s, w.place)) as media,
    count(*) filter (where w.place > %(maximum)s) as later,
    count(*) filter (where w.url_expires_at <= %(moment)s) as expired,
    case
        when s.files_of_last_day is not null then count(*) filter (
            where
                w.url_expires_at > %(moment)s
                and w.url_expires_at
                < %(moment)s::timestamptz + make_interval(secs => 86400.0 * w.own_place / s.files_of_last_day)
        )
    end as would_expire,
    (sum(b.bytes) filter (where w.place <= coalesce(%(maximum)s, w.place)))::bigint as expected_bytes,
    count(*) filter (where b.bytes is null and w.place <= coalesce(%(maximum)s, w.place)) as of_unknown_size
from waiting as w
inner join tenancy.organizations as o on w.organization_id = o.organization_id
inner join media.cache_status as s on w.organization_id = s.organization_id
left join sizes as b on w.organization_id = b.organization_id and w.media_type = b.media_type
group by o.slug, s.files_of_last_day
order by o.slug
