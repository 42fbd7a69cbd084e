-- One row is one active account of a publisher (no dry run) with the ids of its posts of the last
-- scraping.insights_days days, the newest first. Sample organizations are never fetched, and neither are accounts in
-- back-off.
-- Parameters: publisher, now.

with measured as materialized (
    select
        organization_id,
        tenancy.setting('scraping.insights_days', organization_id)::integer as days
    from tenancy.organizations
)

select
    o.organization_id,
    o.slug,
    a.account_id,
    a.platform,
    a.remote_account_id,
    a.server_url,
    a.credential_id,
    array_agg(t.platform_post_id order by t.published_at desc, t.platform_post_id asc) as post_ids
from channels.social_accounts as a
inner join tenancy.organizations as o on a.organization_id = o.organization_id
inner join measured as m on o.organization_id = m.organization_id
inner join publishing.post_targets as t
    on a.organization_id = t.organization_id and a.account_id = t.account_id
left join channels.platform_limits as l
    on a.organization_id = l.organization_id and a.account_id = l.account_id
where
    a.publisher = %(publisher)s
    and a.status = 'active'
    and o.is_active
    and not o.settings @> '{"is_sample": true}'
    and t.state = 'published'
    and not t.is_simulated
    and t.published_at >= %(now)s::timestamptz - make_interval(days => m.days)
    and (l.blocked_until is null or l.blocked_until <= clock_timestamp())
group by o.organization_id, o.slug, a.account_id, a.platform, a.remote_account_id, a.server_url, a.credential_id
order by o.slug, a.remote_account_id
