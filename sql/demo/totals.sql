-- One row: the number of an organization's rows in each of the main tables. Parameter: slug (of the organization).

select
    (select count(*) from landing.files as f where f.organization_id = o.organization_id) as landed_files,
    (select count(*) from scraping.profiles as p where p.organization_id = o.organization_id) as profiles,
    (select count(*) from scraping.posts as p where p.organization_id = o.organization_id) as posts,
    (select count(*) from scraping.data_downloads as d where d.organization_id = o.organization_id) as snapshots,
    (
        select count(distinct e.activity_date)
        from engagement.post_engagement_daily as e
        where e.organization_id = o.organization_id
    ) as days,
    (
        select count(*)
        from engagement.post_engagement_daily as e
        where e.organization_id = o.organization_id
    ) as posts_by_day,
    (
        select count(*)
        from landing.quarantine as q
        where q.organization_id = o.organization_id and q.replayed_at is null and q.closed_at is null
    ) as quarantined_items
from tenancy.organizations as o
where o.slug = %(slug)s;
