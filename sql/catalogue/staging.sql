-- The temporary tables of one load of catalogues. They are dropped at the end of its transaction.

create temporary table staged_products (
    organization_id text not null,
    vendor text not null,
    observed_at timestamptz not null,
    sku text not null,
    vendor_product_id text,
    name text,
    description text,
    price numeric(12, 2),
    currency text,
    image_url text,
    product_url text,
    attributes jsonb,
    vendor_category_ids text[],
    content_hash bytea not null
) on commit drop;

comment on table staged_products is
'One row is one product of a snapshot. The description columns are NULL if the row in catalogue.products already has '
'the same content hash.';

create temporary table staged_categories (
    organization_id text not null,
    vendor text not null,
    observed_at timestamptz not null,
    vendor_category_id text not null,
    name text not null,
    description text,
    url text,
    parent_vendor_category_id text,
    placed_under text,
    level integer not null
) on commit drop;

comment on column staged_categories.placed_under is
'The parent if it is in the tree; NULL for a root, and where a cycle is cut.';

-- The following tables hold intermediate results and are analyzed, so that the planner knows the number of rows of the
-- next step even when the room's tables are new.

-- One row is one product of the vendor: its state before and after the snapshot that is being merged.
create temporary table staged_neighbours (
    organization_id text not null,
    product_id text not null,
    sku text not null,
    was_listed boolean not null,
    old_price numeric(12, 2),
    old_currency text,
    old_hash bytea,
    will_be_listed boolean not null,
    new_price numeric(12, 2),
    new_currency text,
    new_hash bytea
) on commit drop;

-- One row is one change that this load wrote or removed, other than the first change of a new product.
create temporary table staged_changed_products (
    product_id text not null
) on commit drop;

-- One row is one changed product of the vendor that an accepted snapshot has: the state that its changes lead to.
create temporary table staged_states (
    product_id text not null,
    sku text not null,
    present_hash bytea not null,
    content_hash bytea not null,
    described_at timestamptz not null,
    first_seen_at timestamptz not null,
    observed_at timestamptz not null,
    price numeric(12, 2),
    currency text,
    deactivated_at timestamptz
) on commit drop;

comment on column staged_states.present_hash is 'The content hash of the row in catalogue.products.';
comment on column staged_states.content_hash is 'The content hash that the row should have.';
comment on column staged_states.described_at is 'The time of the newest change to that content.';

create temporary table staged_prices (
    organization_id text not null,
    product_id text not null,
    observed_at timestamptz not null,
    price numeric(12, 2),
    currency text
) on commit drop;

create temporary table staged_named_categories (
    product_id text not null,
    vendor_category_ids text[] not null
) on commit drop;

create temporary table staged_product_categories (
    organization_id text not null,
    product_id text not null,
    category_id text not null
) on commit drop;
