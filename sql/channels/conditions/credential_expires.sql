-- A credential expires soon or has expired. One row is a credential; value is the number of days since it expired,
-- negative before. Parameter: threshold (days, such as -14).

select
    organization_id,
    credential_name as subject,
    expires_at + make_interval(secs => %(threshold)s::float8 * 86400) as since,
    round(extract(epoch from now() - expires_at) / 86400, 1) as value,
    format(
        'The credential %%s %%s on %%s UTC. Get a new one from its platform and store it with `syndication credentials '
        'set`.',
        credential_name,
        case when expires_at <= now() then 'expired, and its accounts publish nothing since' else 'expires' end,
        to_char(expires_at at time zone 'utc', 'YYYY-MM-DD HH24:MI')
    ) as message
from channels.credentials
where expires_at <= now() - make_interval(secs => %(threshold)s::float8 * 86400)
