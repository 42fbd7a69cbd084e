-- Posts may be missing between two fetches of a profile. One row is a tracked profile with gaps of the last 30 days;
-- value is their number. Parameter: threshold.

select
    g.organization_id,
    p.platform || ' ' || p.username as subject,
    min(g.found_at) as since,
    count(*) as value,
    format(
        'Posts that were published between %%s and %%s UTC may be missing: %%s. Later fetches reach for them, at most '
        'three; after that, land a file that has them.',
        to_char(min(g.published_after) at time zone 'utc', 'YYYY-MM-DD HH24:MI'),
        to_char(max(g.published_before) at time zone 'utc', 'YYYY-MM-DD HH24:MI'),
        (array_agg(g.reason order by g.found_at desc))[1]
    ) as message
from scraping.post_gaps as g
inner join scraping.profiles as p on g.organization_id = p.organization_id and g.profile_id = p.profile_id
inner join tenancy.organizations as o on g.organization_id = o.organization_id
where
    g.closed_at is null
    and g.found_at > now() - interval '30 days'
    and p.is_tracked
    and p.is_active
    and o.is_active
group by g.organization_id, p.platform, p.username
having count(*) >= %(threshold)s
