-- One row is one of the recorded calls that is neither an attempt of this database nor a lost call. Joins the
-- organizations, because every key begins with them. Parameter: call_ids.

select c.call_id
from unnest(%(call_ids)s::text[]) as c (call_id)
where
    not exists (
        select
        from tenancy.organizations as o
        inner join publishing.publish_attempts as a on o.organization_id = a.organization_id
        where a.call_id = c.call_id::uuid
    )
    and not exists (
        select
        from tenancy.organizations as o
        inner join publishing.lost_calls as l on o.organization_id = l.organization_id
        where l.call_id = c.call_id::uuid
    )
