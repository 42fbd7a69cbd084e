-- One row is one active Facebook page with the publisher facebook_graph (no dry run), its credential, and for
-- how many days its posts are measured. Sample organizations are never fetched.

select
    o.organization_id,
    o.slug,
    a.account_id,
    a.remote_account_id,
    a.credential_id,
    tenancy.setting('scraping.insights_days', o.organization_id)::integer as insights_days
from channels.social_accounts as a
inner join tenancy.organizations as o on a.organization_id = o.organization_id
where
    a.platform = 'facebook'
    and a.publisher = 'facebook_graph'
    and a.status = 'active'
    and o.is_active
    and not o.settings @> '{"is_sample": true}'
order by o.slug, a.remote_account_id;
