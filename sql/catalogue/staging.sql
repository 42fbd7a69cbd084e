-- The temporary tables that one load fills with COPY; they go with its transaction.

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
'One row is one product of a look. What its row in catalogue.products says already, by its content hash, is NULL here.';

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

comment on column staged_categories.placed_under is 'The parent that is there; NULL for a root, and above a cut.';

-- What follows is computed in steps, each into a table of its own that is analyzed: so the server knows how many rows
-- the next step has, however new the room's tables are.

-- One row is one product of the vendor: what holds before and after the look that is being put in.
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

-- One row is one change that this load wrote or removed, but for the first one of a product that is new.
create temporary table staged_changed (
    product_id text not null
) on commit drop;

-- One row is one product of the vendor that changed and that a believed look has: what all its changes come to.
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

comment on column staged_states.present_hash is 'Of what the row of the product says now.';
comment on column staged_states.described_at is 'The newest look that began to say what the row should say.';

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
