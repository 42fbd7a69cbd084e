-- An account is disconnected: nothing is published to it until a person connects it again. One row is an account; value
-- is the number of hours since. Parameter: threshold (hours).

select
    organization_id,
    account_id as subject,
    updated_at as since,
    round(extract(epoch from now() - updated_at) / 3600, 1) as value,
    format(
        'The account %%s on %%s is disconnected: %%s',
        display_name, platform, coalesce(status_reason, 'no reason was given.')
    ) as message
from channels.social_accounts
where status = 'disconnected' and updated_at <= now() - make_interval(secs => %(threshold)s::float8 * 3600)
