-- One row is one category of one shop, as described by the newest accepted snapshot that has it; it is inactive if the
-- newest accepted snapshot lacks it. The parent is NULL if the shop names it but does not list it, or where a cycle is
-- cut. Rows of the vendors of this load are derived from the trees of their accepted snapshots, so the order of loading
-- does not matter, and a re-run changes nothing.

create temporary table listed_categories on commit drop as
with newest as (
    select
        s.organization_id,
        s.vendor,
        s.tree_hash,
        max(s.observed_at) as observed_at
    from loaded_vendors as v
    inner join catalogue.catalogue_snapshots as s on v.organization_id = s.organization_id and v.vendor = s.vendor
    where s.status = 'accepted'
    group by s.organization_id, s.vendor, s.tree_hash
)

select distinct on (t.organization_id, t.vendor, c.vendor_category_id)
    t.organization_id,
    t.vendor,
    n.observed_at,
    c.vendor_category_id,
    c.name,
    c.description,
    c.url,
    c.parent_vendor_category_id,
    c.placed_under,
    c.level
from newest as n
inner join catalogue.category_trees as t
    on n.organization_id = t.organization_id and n.vendor = t.vendor and n.tree_hash = t.tree_hash
cross join lateral jsonb_to_recordset(t.categories) as c (
    vendor_category_id text,
    name text,
    description text,
    url text,
    parent_vendor_category_id text,
    placed_under text,
    level integer
)
order by t.organization_id asc, t.vendor asc, c.vendor_category_id asc, n.observed_at desc;

analyze listed_categories;

insert into catalogue.categories as c (
    organization_id, vendor, vendor_category_id, name, description, url, parent_vendor_category_id, level, observed_at
)
select
    organization_id,
    vendor,
    vendor_category_id,
    name,
    description,
    url,
    parent_vendor_category_id,
    level,
    observed_at
from listed_categories
on conflict (organization_id, vendor, vendor_category_id) do update set
    name = excluded.name,
    description = excluded.description,
    url = excluded.url,
    parent_vendor_category_id = excluded.parent_vendor_category_id,
    level = excluded.level,
    observed_at = excluded.observed_at
where
    (c.name, c.description, c.url, c.parent_vendor_category_id, c.level, c.observed_at) is distinct from (
        excluded.name, excluded.description, excluded.url, excluded.parent_vendor_category_id, excluded.level,
        excluded.observed_at
    );

update catalogue.categories as c set parent_category_id = parent.category_id
from listed_categories as l
left join catalogue.categories as parent
    on
        l.organization_id = parent.organization_id
        and l.vendor = parent.vendor
        and l.placed_under = parent.vendor_category_id
where
    c.organization_id = l.organization_id
    and c.vendor = l.vendor
    and c.vendor_category_id = l.vendor_category_id
    and c.parent_category_id is distinct from parent.category_id;

-- A category that no accepted snapshot has stays, inactive, because products may refer to it.
with newest as (
    select
        v.organization_id,
        v.vendor,
        max(s.observed_at) as observed_at
    from loaded_vendors as v
    left join catalogue.catalogue_snapshots as s
        on v.organization_id = s.organization_id and v.vendor = s.vendor and s.status = 'accepted'
    group by v.organization_id, v.vendor
),

listed as (
    select
        c.organization_id,
        c.category_id,
        coalesce(l.observed_at = n.observed_at, false) as is_active
    from newest as n
    inner join catalogue.categories as c on n.organization_id = c.organization_id and n.vendor = c.vendor
    left join listed_categories as l
        on
            c.organization_id = l.organization_id
            and c.vendor = l.vendor
            and c.vendor_category_id = l.vendor_category_id
)

update catalogue.categories as c set is_active = listed.is_active
from listed
where
    c.organization_id = listed.organization_id
    and c.category_id = listed.category_id
    and c.is_active <> listed.is_active;
