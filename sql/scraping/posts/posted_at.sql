-- A post was published when its newest observation says: if the day's files no longer tell the time that they told,
-- because one was withdrawn or replaced, the newest of the other snapshots counts. Without one the time is unknown,
-- unless an observation of another day that has no snapshot told it. A re-run changes nothing. Run it after
-- data_downloads/merge.sql, which names the posts. Parameters: day.

update scraping.post_records as p set
    posted_at = n.posted_at,
    posted_observed_at = n.posted_observed_at,
    needs_rebuild = p.needs_rebuild or p.posted_at is distinct from n.posted_at,
    updated_at = now()
from (
    select
        d.organization_id,
        d.post_id,
        newest.posted_at,
        newest.downloaded_at as posted_observed_at
    from undated_posts as d
    left join lateral (
        select
            s.posted_at,
            s.downloaded_at
        from scraping.snapshots as s
        where s.organization_id = d.organization_id and s.post_id = d.post_id and s.posted_at is not null
        order by s.downloaded_at desc
        limit 1
    ) as newest on true
) as n
where
    p.organization_id = n.organization_id
    and p.post_id = n.post_id
    and case
        when n.posted_at is not null
            then
                p.posted_at is distinct from n.posted_at
                -- An earlier observation of the same time is as good.
                or coalesce(p.posted_observed_at > n.posted_observed_at, true)
        else p.posted_observed_at >= %(day)s::date and p.posted_observed_at < %(day)s::date + 1
    end;
