-- One row is one product in one accepted snapshot that says something else about it than the accepted snapshot before.
-- For the products that this load changes, the statement puts in order of time what written snapshots say, what held
-- at the snapshots that follow them, and the other rows as they are; of these it keeps what differs from the one
-- before. So days may be loaded in any order, snapshots accepted late, rejected or withdrawn, and a re-run changes
-- nothing. Returns the number of rows written and removed.

analyze staged_facts;

-- New products are inserted after their observations, from which they are derived.
set constraints catalogue.product_observations_product deferred;

with known as (
    -- NULL where a written snapshot lacks the product.
    select
        c.organization_id,
        c.product_id,
        t.observed_at,
        s.content_hash,
        f.price,
        f.currency,
        f.facts,
        true as is_read
    from changed_products as c
    inner join staged_snapshots as t
        on c.organization_id = t.organization_id and c.vendor = t.vendor and t.part = 'written'
    left join staged_products as s
        on
            t.organization_id = s.organization_id
            and t.vendor = s.vendor
            and t.observed_at = s.observed_at
            and c.sku = s.sku
    left join staged_facts as f
        on
            s.organization_id = f.organization_id
            and s.vendor = f.vendor
            and s.sku = f.sku
            and s.content_hash = f.content_hash
    union all
    select
        c.organization_id,
        c.product_id,
        t.observed_at,
        history.content_hash,
        history.price,
        history.currency,
        history.facts,
        true
    from changed_products as c
    inner join staged_snapshots as t
        on c.organization_id = t.organization_id and c.vendor = t.vendor and t.part = 'following'
    left join lateral (
        select
            o.content_hash,
            o.price,
            o.currency,
            o.facts
        from catalogue.product_observations as o
        where
            o.organization_id = c.organization_id
            and o.product_id = c.product_id
            and o.observed_at <= t.observed_at
        order by o.observed_at desc
        limit 1
    ) as history on true
    union all
    select
        o.organization_id,
        o.product_id,
        o.observed_at,
        o.content_hash,
        null,
        null,
        null,
        false
    from changed_products as c
    inner join catalogue.product_observations as o
        on c.organization_id = o.organization_id and c.product_id = o.product_id
    where
        not exists (
            select from staged_snapshots as t
            where t.organization_id = c.organization_id and t.vendor = c.vendor and t.observed_at = o.observed_at
        )
),

compared as (
    select
        *,
        lag(content_hash) over (partition by organization_id, product_id order by observed_at) as earlier_hash
    from known
),

-- A product is not listed before the first snapshot that has it, which is NULL as well.
observations as (
    select * from compared
    where content_hash is distinct from earlier_hash
),

removed as (
    delete from catalogue.product_observations as o using changed_products as c
    where
        o.organization_id = c.organization_id
        and o.product_id = c.product_id
        and not exists (
            select from observations as n
            where
                n.organization_id = o.organization_id
                and n.product_id = o.product_id
                and n.observed_at = o.observed_at
        )
    returning o.product_id
),

written as (
    insert into catalogue.product_observations as o (
        organization_id, product_id, observed_at, is_listed, price, currency, content_hash, facts
    )
    select
        organization_id,
        product_id,
        observed_at,
        content_hash is not null,
        price,
        currency,
        content_hash,
        facts
    from observations
    where is_read
    order by product_id, observed_at
    on conflict (organization_id, product_id, observed_at) do update set
        is_listed = excluded.is_listed,
        price = excluded.price,
        currency = excluded.currency,
        content_hash = excluded.content_hash,
        facts = excluded.facts
    where o.content_hash is distinct from excluded.content_hash
    returning o.product_id
)

select (select count(*) from written) + (select count(*) from removed) as changes;
