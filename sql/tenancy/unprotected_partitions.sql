-- Month partitions that lack a policy of their table, the enforcement of row-level security, or its owner. One row is
-- such a partition with what it lacks. The files sql/<room>/schema.sql leave partitions out, because there are more
-- every month. Without parameters; reads the system catalogue only.
with partitions as (
    select
        c.*,
        t.oid as table_id,
        t.relowner as owner_of_table
    from pg_inherits as i
    inner join pg_class as c on i.inhrelid = c.oid
    inner join pg_class as t on i.inhparent = t.oid and t.relkind = 'p' and t.relrowsecurity
)

select
    p.oid::regclass::text as partition_name,
    case
        when p.relowner <> p.owner_of_table then 'owner'
        when not (p.relrowsecurity and p.relforcerowsecurity) then 'row-level security'
        else 'policies'
    end as lacks
from partitions as p
where
    p.relowner <> p.owner_of_table
    or not (p.relrowsecurity and p.relforcerowsecurity)
    or (
        select count(*)
        from pg_policy as policy
        where policy.polrelid = p.oid and policy.polname in ('pipeline_all', 'reader_own_organization')
    ) < 2
order by 1
