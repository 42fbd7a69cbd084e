-- No credential has expired or will expire within SYNDICATION_CREDENTIAL_WARNING_DAYS. One row is an expired or
-- expiring credential: get a new one from its platform and store it with `syndication credentials set`.

select
    c.organization_id,
    c.credential_name,
    c.platform,
    c.expires_at
from channels.credentials as c
where c.expires_at < now() + make_interval(days => %(warning_days)s)
