-- One row is one limit of what may be sent to one account: those that its server states, and the hard rules of the
-- channel about pictures, which nobody could check before. Parameters: organization_id, account_id, platform,
-- channel_type.

select
    f.requirement_key,
    min(f.maximum)::bigint as maximum
from (
    select
        l.requirement_key,
        l.maximum::numeric as maximum
    from channels.account_limits as l
    where l.organization_id = %(organization_id)s and l.account_id = %(account_id)s
    union all
    select
        r.requirement_key,
        coalesce(r.maximum, (r.value #>> '{}')::numeric)
    from channels.channel_requirements as r
    where
        r.platform = %(platform)s
        and r.channel_type = %(channel_type)s
        and r.requirement_category = 'media'
        and r.requirement_key = 'image_bytes'
        and r.value_type = 'number'
        and r.severity = 'hard'
        and r.is_active
) as f
where f.maximum is not null
group by f.requirement_key
