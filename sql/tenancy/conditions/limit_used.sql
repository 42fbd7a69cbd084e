-- An organization has nearly or fully used its posts or its storage. One row is a resource of which at least as many
-- percent as the threshold are used; value is that percentage. Users are left out, because a team whose seats are all
-- taken has no problem. Parameter: threshold.

select
    l.organization_id,
    l.resource::text as subject,
    null::timestamptz as since,
    round(100.0 * u.used / l.amount, 1) as value,
    format(
        '%%s of %%s %%s are used. At 100 %%%% %%s: raise the limit with `syndication limit edit`, or keep less '
        '(docs/retention.md).',
        u.used,
        l.amount,
        case l.resource when 'posts' then 'posts' else 'bytes of media and landed files' end,
        case l.resource
            when 'posts' then 'tracked profiles are no longer fetched'
            else 'neither profiles nor catalogues nor feeds are fetched, and no media are cached'
        end
    ) as message
from tenancy.limits_in_force as l
cross join lateral (select tenancy.used_by(l.organization_id, l.resource) as used) as u
where
    l.resource <> 'users'
    and l.amount is not null
    and 100.0 * u.used / l.amount >= %(threshold)s
