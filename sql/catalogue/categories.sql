-- One row is one category of one shop, as described by the newest accepted snapshot that has it; it is inactive if the
-- newest accepted snapshot lacks it. The parent is NULL if the shop names it but does not list it, or where a cycle is
-- cut. A re-run changes nothing.
-- Parameters: organization_id, vendor, observed_at (of the newest accepted snapshot; NULL if there is none). Returns
-- the number of new categories.

with newest as (
    select distinct on (vendor_category_id) *
    from staged_categories
    where organization_id = %(organization_id)s and vendor = %(vendor)s
    order by vendor_category_id asc, observed_at desc
)

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
from newest
on conflict (organization_id, vendor, vendor_category_id) do update set
    name = excluded.name,
    description = excluded.description,
    url = excluded.url,
    parent_vendor_category_id = excluded.parent_vendor_category_id,
    level = excluded.level,
    observed_at = excluded.observed_at
where
    -- An older snapshot replaces the description of one that was rejected or withdrawn since.
    (
        excluded.observed_at >= c.observed_at
        or c.observed_at <> all(
            array(
                select s.observed_at
                from catalogue.catalogue_snapshots as s
                where
                    s.organization_id = %(organization_id)s
                    and s.vendor = %(vendor)s
                    and s.status = 'accepted'
            )
        )
    )
    and (c.name, c.description, c.url, c.parent_vendor_category_id, c.level, c.observed_at) is distinct from (
        excluded.name, excluded.description, excluded.url, excluded.parent_vendor_category_id, excluded.level,
        excluded.observed_at
    );

with placed as (
    select distinct on (s.vendor_category_id)
        s.vendor_category_id,
        s.observed_at,
        parent.category_id as parent_category_id
    from staged_categories as s
    left join catalogue.categories as parent
        on
            s.organization_id = parent.organization_id
            and s.vendor = parent.vendor
            and s.placed_under = parent.vendor_category_id
    where s.organization_id = %(organization_id)s and s.vendor = %(vendor)s
    order by s.vendor_category_id asc, s.observed_at desc
)

update catalogue.categories as c set parent_category_id = placed.parent_category_id
from placed
where
    c.organization_id = %(organization_id)s
    and c.vendor = %(vendor)s
    and c.vendor_category_id = placed.vendor_category_id
    and c.observed_at = placed.observed_at
    and c.parent_category_id is distinct from placed.parent_category_id;

update catalogue.categories set is_active = observed_at is not distinct from %(observed_at)s::timestamptz
where
    organization_id = %(organization_id)s
    and vendor = %(vendor)s
    and is_active <> (observed_at is not distinct from %(observed_at)s::timestamptz);

-- now() is the start of this transaction, so no other transaction wrote rows with that time.
select count(*) from catalogue.categories
where organization_id = %(organization_id)s and vendor = %(vendor)s and created_at = now();
