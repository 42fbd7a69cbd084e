-- One row is one account that sends, with its credential: what a check asks its platform with. Accounts in back-off are
-- left out, because their platform asked for no calls, and so are sample organizations.
-- Parameters: publishers (names), account_id (NULL for all accounts).

select
    a.organization_id,
    o.slug as organization,
    a.account_id,
    a.display_name,
    a.publisher,
    a.remote_account_id,
    a.server_url,
    a.credential_id,
    c.expires_at,
    coalesce(
        c.expires_at < now() - (
            select make_interval(secs => min(t.threshold)::float8 * 86400)
            from operations.condition_levels as t
            where t.kind = 'credential_expires'
        ),
        false
    ) as expires_soon
from channels.social_accounts as a
inner join tenancy.organizations as o on a.organization_id = o.organization_id
left join channels.credentials as c
    on a.organization_id = c.organization_id and a.credential_id = c.credential_id
left join channels.platform_limits as l
    on a.organization_id = l.organization_id and a.account_id = l.account_id
where
    a.publisher = any(%(publishers)s::text[])
    and a.publisher <> 'dry_run'
    and (%(account_id)s::text is null or a.account_id = %(account_id)s)
    and a.status <> 'paused'
    and o.is_active
    and not o.settings @> '{"is_sample": true}'
    and (l.blocked_until is null or l.blocked_until <= clock_timestamp())
order by o.slug, a.display_name, a.account_id
