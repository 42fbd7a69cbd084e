-- One row is one account whose credential is made from another one, the source, and is due: 20 percent of the life of
-- either or seven days are left, or the source is 90 days old. A source with an unknown end is due by its age.
-- Parameters: publishers (names), account_id (that account alone, due or not; NULL for all that are due).

select
    a.organization_id,
    o.slug as organization,
    a.account_id,
    a.display_name,
    a.publisher,
    a.remote_account_id,
    a.server_url,
    c.credential_name,
    s.credential_id as source_id,
    s.credential_name as source_name
from channels.social_accounts as a
inner join tenancy.organizations as o on a.organization_id = o.organization_id
inner join channels.credentials as c
    on a.organization_id = c.organization_id and a.credential_id = c.credential_id
inner join channels.credentials as s
    on c.organization_id = s.organization_id and c.renewed_with = s.credential_id
where
    a.publisher = any(%(publishers)s::text[])
    and o.is_active
    and (%(account_id)s::text is null or a.account_id = %(account_id)s)
    and (
        %(account_id)s::text is not null
        or s.last_refreshed_at < now() - interval '90 days'
        or s.expires_at < now() + greatest(interval '7 days', (s.expires_at - s.last_refreshed_at) / 5)
        or c.expires_at < now() + greatest(interval '7 days', (c.expires_at - c.last_refreshed_at) / 5)
    )
order by o.slug, s.credential_name, a.account_id
