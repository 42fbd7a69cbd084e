-- A shop's newest catalogue was rejected. One row is a shop; value is the number of snapshots rejected since the last
-- accepted one. Products stay as the last accepted snapshot left them. Parameter: threshold (snapshots).

select
    s.organization_id,
    s.vendor as subject,
    min(s.observed_at) as since,
    count(*) as value,
    format(
        'The newest catalogue of %%s was rejected: %%s Its products are still those of the last accepted one.',
        s.vendor, (array_agg(s.reason order by s.observed_at desc))[1]
    ) as message
from catalogue.catalogue_snapshots as s
where
    s.status = 'rejected'
    and not exists (
        select from catalogue.catalogue_snapshots as accepted
        where
            accepted.organization_id = s.organization_id
            and accepted.vendor = s.vendor
            and accepted.status = 'accepted'
            and accepted.observed_at > s.observed_at
    )
group by s.organization_id, s.vendor
having count(*) >= %(threshold)s
