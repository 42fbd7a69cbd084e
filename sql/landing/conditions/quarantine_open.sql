-- Input waits in quarantine. One row is a source of an organization with at least as many open items as the threshold;
-- value is their number. Parameter: threshold.

select
    organization_id,
    source as subject,
    min(quarantined_at) as since,
    count(*) as value,
    format(
        '%%s open items of %%s in quarantine, the newest: %%s. `syndication quarantine list` shows them; fix their '
        'cause and run `syndication quarantine replay`, or close what nobody will load.',
        count(*), source, (array_agg(reason order by quarantined_at desc, quarantine_id asc))[1]
    ) as message
from landing.quarantine
where replayed_at is null and closed_at is null
group by organization_id, source
having count(*) >= %(threshold)s
