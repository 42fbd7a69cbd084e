-- One row is one change of a product over the accepted snapshots, in the order of their times. The statement adds one
-- snapshot to that history, or removes it (is_accepted false), and corrects the changes of the following snapshot. So
-- snapshots may be loaded in any order, and a re-run changes nothing. It adds the products that it changed to
-- staged_changed_products.
-- Parameters: organization_id, vendor, observed_at, next_observed_at (of the following snapshot; NULL if this is the
-- newest), is_accepted. Returns the number of rows written and removed.

delete from staged_neighbours;

-- A product is not listed before the first snapshot that has it. The lateral joins read one index entry per product,
-- because histories may be long. If this snapshot is the newest, only the products that it changes, or for which it
-- wrote a change before, are needed; `new_products.sql` has written everything of its new products. now() is the start
-- of this transaction, so no other transaction wrote rows with that time.
insert into staged_neighbours (
    organization_id, product_id, sku, was_listed, old_price, old_currency, old_hash, will_be_listed, new_price,
    new_currency, new_hash
)
select
    p.organization_id,
    p.product_id,
    p.sku,
    coalesce(previous.is_listed, false),
    previous.price,
    previous.currency,
    previous.content_hash,
    coalesce(following.is_listed, false),
    following.price,
    following.currency,
    following.content_hash
from catalogue.products as p
left join lateral (
    select
        c.is_listed,
        c.price,
        c.currency,
        c.content_hash
    from catalogue.product_changes as c
    where
        c.organization_id = p.organization_id
        and c.product_id = p.product_id
        and c.observed_at < %(observed_at)s
    order by c.observed_at desc
    limit 1
) as previous on true
left join lateral (
    select
        c.is_listed,
        c.price,
        c.currency,
        c.content_hash
    from catalogue.product_changes as c
    where
        c.organization_id = p.organization_id
        and c.product_id = p.product_id
        and c.observed_at <= %(next_observed_at)s::timestamptz
    order by c.observed_at desc
    limit 1
) as following on true
left join staged_products as s
    on
        p.organization_id = s.organization_id
        and p.vendor = s.vendor
        and p.sku = s.sku
        and s.observed_at = %(observed_at)s
where
    p.organization_id = %(organization_id)s
    and p.vendor = %(vendor)s
    and (
        %(next_observed_at)s::timestamptz is not null
        or p.created_at < now()
        or p.first_seen_at < %(observed_at)s
    )
    and (
        %(next_observed_at)s::timestamptz is not null
        or (
            %(is_accepted)s
            and (s.sku is not null, s.price, s.currency, s.content_hash) is distinct from (
                coalesce(previous.is_listed, false), previous.price, previous.currency, previous.content_hash
            )
        )
        or p.product_id in (
            select c.product_id
            from catalogue.product_changes as c
            where c.organization_id = %(organization_id)s and c.observed_at = %(observed_at)s
        )
    );

analyze staged_neighbours;

-- Existing and new rows are separated in advance, because `on conflict` costs more than a plain insert. The load's lock
-- keeps other writers away.
with states as (
    select
        n.*,
        case when %(is_accepted)s then s.sku is not null else n.was_listed end as is_listed,
        case when %(is_accepted)s then s.price else n.old_price end as price,
        case when %(is_accepted)s then s.currency else n.old_currency end as currency,
        case when %(is_accepted)s then s.content_hash else n.old_hash end as content_hash
    from staged_neighbours as n
    left join staged_products as s
        on
            n.organization_id = s.organization_id
            and n.sku = s.sku
            and s.vendor = %(vendor)s
            and s.observed_at = %(observed_at)s
),

wanted as (
    select
        organization_id,
        product_id,
        %(observed_at)s::timestamptz as observed_at,
        is_listed,
        price,
        currency,
        content_hash,
        was_listed,
        old_price,
        old_currency,
        old_hash
    from states
    union all
    select
        organization_id,
        product_id,
        %(next_observed_at)s::timestamptz,
        will_be_listed,
        new_price,
        new_currency,
        new_hash,
        is_listed,
        price,
        currency,
        content_hash
    from states
    where %(next_observed_at)s::timestamptz is not null
),

changes as (
    select * from wanted
    where (is_listed, price, currency, content_hash) is distinct from (was_listed, old_price, old_currency, old_hash)
),

removed as (
    delete from catalogue.product_changes as c using wanted as w
    where
        c.organization_id = w.organization_id
        and c.product_id = w.product_id
        and c.observed_at = w.observed_at
        and (w.is_listed, w.price, w.currency, w.content_hash)
        is not distinct from (w.was_listed, w.old_price, w.old_currency, w.old_hash)
    returning c.product_id
),

corrected as (
    update catalogue.product_changes as c set
        is_listed = w.is_listed,
        price = w.price,
        currency = w.currency,
        content_hash = w.content_hash
    from changes as w
    where
        c.organization_id = w.organization_id
        and c.product_id = w.product_id
        and c.observed_at = w.observed_at
        and (c.is_listed, c.price, c.currency, c.content_hash)
        is distinct from (w.is_listed, w.price, w.currency, w.content_hash)
    returning c.product_id
),

added as (
    select w.*
    from changes as w
    where
        not exists (
            select from catalogue.product_changes as c
            where
                c.organization_id = w.organization_id
                and c.product_id = w.product_id
                and c.observed_at = w.observed_at
        )
),

written as (
    insert into catalogue.product_changes (
        organization_id, product_id, observed_at, is_listed, price, currency, content_hash
    )
    select
        organization_id,
        product_id,
        observed_at,
        is_listed,
        price,
        currency,
        content_hash
    from added
    order by product_id, observed_at
),

changed_products as (
    insert into staged_changed_products (product_id)
    select product_id from added
    union all
    select product_id from removed
    union all
    select product_id from corrected
    returning product_id
)

select count(*) as rows_changed from changed_products;
