-- The roles that a restored database needs: those that own something in this one or have rights on it, with the owner
-- of the ledger of migrations. One row is a role. Without parameters; reads the system catalogue only.

select
    r.rolname::text as name,
    r.rolcanlogin as can_login,
    array(
        select g.rolname::text
        from pg_auth_members as m
        inner join pg_roles as g on m.roleid = g.oid
        where m.member = r.oid and g.rolname like 'syndication\_%'
        order by 1
    ) as member_of
from pg_roles as r
where
    r.rolname not like 'pg\_%'
    and (
        r.oid in (
            select d.refobjid
            from pg_shdepend as d
            where
                d.refclassid = 'pg_authid'::regclass
                and d.dbid = (select oid from pg_database where datname = current_database())
        )
        or r.oid = (select c.relowner from pg_class as c where c.oid = to_regclass('public.syndication_migrations'))
    )
order by r.rolname like 'syndication\_%' desc, r.rolname
