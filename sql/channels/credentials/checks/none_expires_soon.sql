-- No credential has expired or is past the lowest threshold of the condition `credential_expires`. One row is an
-- expired or expiring credential: get a new one from its platform and store it with `syndication credentials set`.

select
    c.organization_id,
    c.credential_name,
    c.platform,
    c.expires_at
from channels.credentials as c
where
    c.expires_at < now() - (
        select make_interval(secs => min(l.threshold)::float8 * 86400)
        from operations.condition_levels as l
        where l.kind = 'credential_expires'
    )
