-- Indexes that row-level security keeps readers from using. One row is one index of a table with row-level security,
-- but of no partition, with an operator of its columns, or a function or an operator within an expression, that is not
-- leakproof: the planner runs such a condition after the policy only, on every row of the organization. Conditions of
-- partial indexes do not matter, because no row is compared with them.

select
    i.indexrelid as index_oid,
    i.indexrelid::regclass::text as index_name
from pg_index as i
inner join pg_class as c on i.indrelid = c.oid
where
    c.relrowsecurity
    and not c.relispartition
    and (
        exists (
            select
            from unnest(i.indclass::oid[]) as k (opclass)
            inner join pg_opclass as o on k.opclass = o.oid
            inner join pg_am as a on o.opcmethod = a.oid
            inner join pg_amop as m
                on
                    o.opcfamily = m.amopfamily
                    and o.opcintype = m.amoplefttype
                    and (o.opcintype = m.amoprighttype or a.amname in ('gin', 'gist', 'spgist'))
            inner join pg_operator as p on m.amopopr = p.oid
            inner join pg_proc as f on p.oprcode = f.oid
            where not f.proleakproof
        )
        -- A cast by way of text (COERCEVIAIO) runs functions that the tree does not name.
        or i.indexprs::text like '%%{COERCEVIAIO %%'
        or exists (
            select
            from regexp_matches(i.indexprs::text, ':(?:opfuncid|funcid) (\d+)', 'g') as e (ids)
            inner join pg_proc as f on e.ids[1]::oid = f.oid
            where not f.proleakproof
        )
    )
order by 2
