-- A quota of an API is nearly or fully used. One row is a quota of which at least as many percent as the threshold are
-- used in its window; value is that percentage. Parameter: threshold.

select
    organization_id,
    concat_ws(' ', provider, unit, 'in', window_seconds, 'seconds', account_id) as subject,
    starts_at as since,
    round(used_percent, 1) as value,
    format(
        '%%s of %%s %%s of %%s are used. At 100 %%%% no more calls are made until the window ends: fetch less often, '
        'or raise the quota with `syndication quota edit` if the provider grants more.',
        used,
        amount,
        unit,
        provider
    ) as message
from operations.quotas_used(now())
where used_percent >= %(threshold)s
