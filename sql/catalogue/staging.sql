-- The temporary tables of one load of catalogues. They are dropped at the end of its transaction.

-- One row is one vendor with snapshots on the day of this load.
create temporary table loaded_vendors (
    organization_id text not null,
    vendor text not null
) on commit drop;

-- One row is one snapshot whose observations this load replaces ("written"), or removes because the snapshot is not
-- accepted any more ("removed"), or the accepted one after such snapshots, which it leaves as it was ("following").
create temporary table staged_snapshots (
    organization_id text not null,
    vendor text not null,
    observed_at timestamptz not null,
    part text not null
) on commit drop;

-- One row is one product of a written snapshot.
create temporary table staged_products (
    organization_id text not null,
    vendor text not null,
    observed_at timestamptz not null,
    sku text not null,
    content_hash bytea not null
) on commit drop;

-- One row is one product whose observations this load changes.
create temporary table changed_products (
    organization_id text not null,
    product_id text not null,
    vendor text not null,
    sku text not null,
    primary key (organization_id, product_id)
) on commit drop;

-- One row is what a written snapshot says about one changed product.
create temporary table staged_facts (
    organization_id text not null,
    vendor text not null,
    sku text not null,
    content_hash bytea not null,
    price numeric(12, 2),
    currency text,
    facts jsonb not null
) on commit drop;

create temporary table staged_trees (
    organization_id text not null,
    vendor text not null,
    tree_hash bytea not null,
    categories jsonb not null
) on commit drop;
