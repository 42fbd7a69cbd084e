-- The schema of the room `catalogue`, to be read. `make schema` writes it from the migrations, and the tests build a
-- database from these files that equals a migrated one. `syndication migrate` creates the real database.
--
-- Everything belongs to syndication_owner. `pipeline` and `reader` are the roles syndication_pipeline, which runs the
-- assets, and syndication_reader, which sees the organization of its session.

create schema catalogue authorization syndication_owner;  -- pipeline: usage; reader: usage

-- Whether a catalogue snapshot changed the products.
create type catalogue.snapshot_status as enum (
    'accepted',
    'rejected'   -- incomplete, or smaller than maximum_shrinkage allows: it changed no product, `reason` says why
);

-- One row is one shop of one organization, with the rules for reading its catalogue.
create table catalogue.vendors (
    organization_id text not null,                  -- Organization that owns the row: first column of every key, and
                                                    -- checked by row-level security.
    vendor text not null,                           -- Name of the shop, by which the other tables refer to it:
                                                    -- lower-case letters, digits and _.
    source text not null,                           -- Input format of its catalogue: a folder in the landing zone and a
                                                    -- parser, such as clan_catalogue.
    currency text not null,                         -- ISO 4217 code of its prices, which name no currency.
    placeholder_prices numeric(12,2)[] not null default '{}',
                                                    -- Prices that the shop shows for products without a known price;
                                                    -- they are stored as NULL.
    maximum_shrinkage numeric(4,3) not null default 0.2,
                                                    -- Fraction by which a snapshot may have fewer products than the
                                                    -- last accepted one; a smaller snapshot is rejected.
    shop_url text,                                  -- URL of a shop with a public product list, without /products.json;
                                                    -- NULL if it is not fetched by its own URL.
    is_active boolean not null default true,        -- False pauses fetching; landed files are still loaded.
    created_at timestamptz not null default now(),  -- When the row was inserted.
    updated_at timestamptz not null default now(),  -- When the row was last changed.
    api_url text,                                   -- Base URL of the shop's catalogue API, for sources that are
                                                    -- fetched from one, such as clan_catalogue; NULL if its files land
                                                    -- by hand.
    api_fallback_url text,                          -- Base URL of another server of the same API, used when the first
                                                    -- does not answer; NULL if there is none.

    primary key (organization_id, vendor),
    foreign key (organization_id) references tenancy.organizations (organization_id) on delete cascade,
    check (vendor ~ '^[a-z][a-z0-9_]*$'),
    check (currency ~ '^[A-Z]{3}$'),
    check (maximum_shrinkage >= 0::numeric and maximum_shrinkage <= 1::numeric),
    check (shop_url ~ '^https://[^[:space:]?#]+$'),
    check (api_url ~ '^https?://[^[:space:]?#@]+$'),
    check (api_fallback_url ~ '^https?://[^[:space:]?#@]+$'),
    check (api_url is not null or api_fallback_url is null),
    check (api_url is null or shop_url is null)
);
create trigger vendors_updated_at before update on catalogue.vendors
    for each row execute function tenancy.set_updated_at();
create trigger vendors_audit after insert or delete or update on catalogue.vendors
    for each row execute function tenancy.write_audit_log();
-- row-level security by organization_id; pipeline: select, insert, update, delete; reader: select

-- One row is one snapshot of a shop's catalogue: the files that landed together, accepted or rejected.
create table catalogue.catalogue_snapshots (
    organization_id text not null,                  -- Organization that owns the row: first column of every key, and
                                                    -- checked by row-level security.
    vendor text not null,                           -- Name of the shop in catalogue.vendors.
    observed_at timestamptz not null,               -- When the fetch began, or the time of the file that holds the
                                                    -- whole catalogue.
    landed_on date not null,                        -- UTC day of the folder in the landing zone; the partition.
    manifest_path text not null,                    -- Path of the manifest that lists the snapshot's files, or of the
                                                    -- file that holds the whole catalogue.
    status catalogue.snapshot_status not null,      -- Whether products follow this snapshot (accepted) or ignore it
                                                    -- (rejected).
    is_complete boolean not null,                   -- Whether all of it arrived and could be read; an incomplete
                                                    -- snapshot is rejected.
    content_hash bytea not null,                    -- BLAKE2b-128 of everything that its rows follow from: its files,
                                                    -- the version of their parser and the vendor's rules. Equal hashes
                                                    -- mean equal catalogues; empty if a file could not be read.
    has_category_tree boolean not null,             -- Whether its category tree arrived; always false for sources
                                                    -- without category trees.
    tree_hash bytea,                                -- Its categories in catalogue.category_trees; NULL if it has none.
    products integer not null,                      -- Number of distinct skus.
    products_rejected integer not null,             -- Number of items and files that could not be read; they are in
                                                    -- landing.quarantine.
    categories integer not null,                    -- Number of categories.
    prices_placeholder integer not null default 0,  -- Number of products with one of the vendor's placeholder prices.
    prices_unread integer not null default 0,       -- Number of products whose price is not a number, such as "free".
    unknown_keys jsonb not null default '{}',       -- Number of its items with each key that no parser reads.
    reason text,                                    -- Why it was rejected; NULL if it was accepted.
    loaded_at timestamptz not null default now(),   -- When the row was last written.

    primary key (organization_id, vendor, observed_at),
    foreign key (organization_id) references tenancy.organizations (organization_id) on delete cascade,
    foreign key (organization_id, vendor) references catalogue.vendors (organization_id, vendor),
    check (observed_at >= '2000-01-01 00:00:00+00' and observed_at < '2100-01-01 00:00:00+00'),
    check (products >= 0),
    check (products_rejected >= 0),
    check (categories >= 0),
    check (prices_placeholder >= 0),
    check (prices_unread >= 0),
    check (jsonb_typeof(unknown_keys) = 'object'),
    check (reason <> ''),
    check ((status = 'rejected') = (reason is not null))
);
-- row-level security by organization_id; pipeline: select, insert, update, delete; reader: select

-- One row is one product of one shop, as described by the newest accepted snapshot that has it.
create table catalogue.products (
    organization_id text not null,                  -- Organization that owns the row: first column of every key, and
                                                    -- checked by row-level security.
    product_id text not null default tenancy.public_id('prd', nextval('catalogue.product_id_sequence')),
                                                    -- Public id, such as prd-0a1b2c3d.
    vendor text not null,                           -- Name of the shop in catalogue.vendors.
    sku text not null,                              -- The shop's stock keeping unit, which identifies the product.
    vendor_product_id text,                         -- The shop's own id, which may change; NULL if the shop gives none.
    name text not null,                             -- Name as plain text.
    description text,                               -- Description as plain text; NULL if the shop gives none.
    price numeric(12,2),                            -- Price in the newest accepted snapshot that has it; NULL for no
                                                    -- price, a placeholder or a price that is not a number.
    currency text,                                  -- ISO 4217 code of the price; NULL without a price.
    image_url text,                                 -- URL of the main image; NULL if the shop gives none.
    product_url text,                               -- URL of the product's page; NULL if the shop gives none.
    attributes jsonb not null default '{}',         -- Other facts, as lists of words. Texts may state {"sizes": […],
                                                    -- "materials": […], "designs": […], "discounts": […]}; "tags" only
                                                    -- help to find the product, and "availability" with "sold out"
                                                    -- keeps it out of selections.
    vendor_category_ids text[] not null default '{}',
                                                    -- Ids of the categories that the shop names for it, whether the
                                                    -- tree has them or not.
    is_active boolean not null default true,        -- Whether the newest accepted snapshot has it.
    content_hash bytea not null,                    -- BLAKE2b-128 of its facts, price and currency.
    observed_at timestamptz not null,               -- When the present description was first observed.
    first_seen_at timestamptz not null,             -- Time of the first snapshot that has it.
    deactivated_at timestamptz,                     -- Time of the first accepted snapshot that lacks it, or
                                                    -- first_seen_at if only rejected or withdrawn snapshots had it;
                                                    -- NULL while it is active.
    created_at timestamptz not null default now(),  -- When the row was inserted.
    updated_at timestamptz not null default now(),  -- When the row was last changed.

    primary key (organization_id, product_id),
    unique (organization_id, vendor, sku),
    foreign key (organization_id) references tenancy.organizations (organization_id) on delete cascade,
    foreign key (organization_id, vendor) references catalogue.vendors (organization_id, vendor),
    check (product_id ~ '^prd-[0-9a-f]{8}$'),
    check (sku <> ''),
    check (name <> ''),
    check (price > 0::numeric),
    check (currency ~ '^[A-Z]{3}$'),
    check (jsonb_typeof(attributes) = 'object'),
    check (price is null or currency is not null),
    check (is_active = (deactivated_at is null))
);
create index products_page on catalogue.products (organization_id, catalogue.page_of(product_id, product_url));
create trigger products_updated_at before update on catalogue.products
    for each row execute function tenancy.set_updated_at();
-- row-level security by organization_id; pipeline: select, insert, update, delete; reader: select

-- One row is one category of one shop.
create table catalogue.categories (
    organization_id text not null,                  -- Organization that owns the row: first column of every key, and
                                                    -- checked by row-level security.
    category_id text not null default tenancy.public_id('cat', nextval('catalogue.category_id_sequence')),
                                                    -- Public id, such as cat-0a1b2c3d.
    vendor text not null,                           -- Name of the shop in catalogue.vendors.
    vendor_category_id text not null,               -- The shop's own id.
    name text not null,                             -- Name as plain text.
    description text,                               -- Description as plain text; NULL if the shop gives none.
    url text,                                       -- URL of its page; NULL if the shop gives none.
    parent_vendor_category_id text,                 -- The shop's id of the parent, whether the tree has it or not; NULL
                                                    -- if the shop names none.
    parent_category_id text,                        -- The parent in this table; NULL for a root, for an absent parent,
                                                    -- and where a cycle is cut.
    level integer not null,                         -- Number of steps from its root; 0 for a root.
    is_active boolean not null default true,        -- Whether the newest accepted snapshot has it.
    observed_at timestamptz not null,               -- Time of the newest accepted snapshot that has it.
    created_at timestamptz not null default now(),  -- When the row was inserted.
    updated_at timestamptz not null default now(),  -- When the row was last changed.

    primary key (organization_id, category_id),
    unique (organization_id, vendor, vendor_category_id),
    foreign key (organization_id) references tenancy.organizations (organization_id) on delete cascade,
    foreign key (organization_id, vendor) references catalogue.vendors (organization_id, vendor),
    foreign key (organization_id, parent_category_id) references catalogue.categories (organization_id, category_id),
    check (category_id ~ '^cat-[0-9a-f]{8}$'),
    check (vendor_category_id <> ''),
    check (name <> ''),
    check (level >= 0),
    check (parent_category_id <> category_id)
);
create index categories_parent on catalogue.categories (organization_id, parent_category_id);
create trigger categories_updated_at before update on catalogue.categories
    for each row execute function tenancy.set_updated_at();
-- row-level security by organization_id; pipeline: select, insert, update, delete; reader: select

-- One row is one category of one product.
create table catalogue.product_categories (
    organization_id text not null,  -- Organization that owns the row: first column of every key, and checked by
                                    -- row-level security.
    product_id text not null,       -- Public id of a product of the same shop.
    category_id text not null,      -- Public id of a category that the shop names for the product.

    primary key (organization_id, product_id, category_id),
    foreign key (organization_id, product_id) references catalogue.products (organization_id, product_id)
        on delete cascade,
    foreign key (organization_id, category_id) references catalogue.categories (organization_id, category_id)
        on delete cascade
);
create index product_categories_category on catalogue.product_categories (organization_id, category_id);
-- row-level security by organization_id; pipeline: select, insert, update, delete; reader: select

-- One row is one product in one accepted snapshot that says something else about it than the accepted snapshot before.
-- It holds until the product's next row; before the first row, no accepted snapshot has the product. The other tables
-- of products are derived from it.
create table catalogue.product_observations (
    organization_id text not null,                  -- Organization that owns the row: first column of every key, and
                                                    -- checked by row-level security.
    product_id text not null,                       -- Public id of the product that was observed.
    observed_at timestamptz not null,               -- Time of the first snapshot that says this.
    is_listed boolean not null,                     -- Whether the catalogue has the product from then on.
    price numeric(12,2),                            -- Price from then on; NULL if it is not known or the product is not
                                                    -- listed.
    currency text,                                  -- ISO 4217 code of the price; NULL without a price.
    content_hash bytea,                             -- BLAKE2b-128 of the facts, the price and the currency; NULL if the
                                                    -- product is not listed.
    facts jsonb,                                    -- All else that the shop says about it, under the column names of
                                                    -- catalogue.products; NULL if it is not listed.
    created_at timestamptz not null default now(),  -- When the row was inserted.

    primary key (organization_id, product_id, observed_at),
    constraint product_observations_product foreign key (organization_id, product_id)
        references catalogue.products (organization_id, product_id) on delete cascade deferrable,
    check (price > 0::numeric),
    check (currency ~ '^[A-Z]{3}$'),
    check (jsonb_typeof(facts) = 'object'),
    check (price is null or currency is not null),
    check (is_listed = (content_hash is not null)),
    check (is_listed = (facts is not null)),
    check (is_listed or price is null)
);
-- row-level security by organization_id; pipeline: select, insert, update, delete; reader: select

-- One row is one tree of categories that snapshots of a shop have; snapshots with equal trees share it.
create table catalogue.category_trees (
    organization_id text not null,  -- Organization that owns the row: first column of every key, and checked by
                                    -- row-level security.
    vendor text not null,           -- Name of the shop in catalogue.vendors.
    tree_hash bytea not null,       -- BLAKE2b-128 of the categories.
    categories jsonb not null,      -- The categories under the column names of catalogue.categories, with placed_under:
                                    -- the parent, unless the tree lacks it or a cycle is cut there.

    primary key (organization_id, vendor, tree_hash),
    foreign key (organization_id) references tenancy.organizations (organization_id) on delete cascade,
    foreign key (organization_id, vendor) references catalogue.vendors (organization_id, vendor) on delete cascade,
    check (jsonb_typeof(categories) = 'array')
);
-- row-level security by organization_id; pipeline: select, insert, update, delete; reader: select

-- One row is one change of a product's price over the accepted snapshots that have it; the first row is the first known
-- price.
create table catalogue.product_prices (
    organization_id text not null,                  -- Organization that owns the row: first column of every key, and
                                                    -- checked by row-level security.
    product_id text not null,                       -- Public id of the product whose price changed.
    observed_at timestamptz not null,               -- Time of the first snapshot with this price.
    price numeric(12,2),                            -- Price from then on; NULL if it is no longer known.
    currency text,                                  -- ISO 4217 code of the price; NULL without a price.
    created_at timestamptz not null default now(),  -- When the row was inserted.

    primary key (organization_id, product_id, observed_at),
    foreign key (organization_id, product_id) references catalogue.products (organization_id, product_id)
        on delete cascade,
    check (price > 0::numeric),
    check (currency ~ '^[A-Z]{3}$'),
    check (price is null or currency is not null)
);
-- row-level security by organization_id; pipeline: select, insert, update, delete; reader: select

-- One row is one change of a product over the accepted snapshots: its observations with its sku and without the facts.
create view catalogue.product_changes (
    organization_id,  -- text
    vendor,           -- text: Name of the shop in catalogue.vendors.
    sku,              -- text: The shop's stock keeping unit, which identifies the product.
    product_id,       -- text: Public id of the product that was observed.
    observed_at,      -- timestamptz: Time of the first snapshot that says this.
    is_listed,        -- boolean: Whether the catalogue has the product from then on.
    price,            -- numeric(12,2): Price from then on; NULL if it is not known or the product is not listed.
    currency,         -- text: ISO 4217 code of the price; NULL without a price.
    content_hash,     -- bytea: BLAKE2b-128 of the facts, the price and the currency; NULL if the product is not listed.
    created_at        -- timestamptz
) with (security_invoker = true) as
select o.organization_id,
    p.vendor,
    p.sku,
    o.product_id,
    o.observed_at,
    o.is_listed,
    o.price,
    o.currency,
    o.content_hash,
    o.created_at
   from catalogue.product_observations o
     join catalogue.products p on o.organization_id = p.organization_id and o.product_id = p.product_id;
-- pipeline: select; reader: select

-- What readers see as one product: the variants (sizes, colours) on one page of a shop. A product without a page is its
-- own.
create function catalogue.page_of(product_id text, product_url text)
returns text language sql immutable parallel safe
return coalesce(nullif(split_part(product_url, '#', 1), ''), product_id);
-- pipeline: execute; reader: execute

-- Whether the shop says with the attributes of a product that none is left.
create function catalogue.is_sold_out(attributes jsonb)
returns boolean language sql immutable parallel safe
return coalesce(((attributes -> 'availability') @> '["sold out"]'), false);
-- pipeline: execute; reader: execute

create sequence catalogue.product_id_sequence as bigint maxvalue 4294967295;  -- pipeline: usage
create sequence catalogue.category_id_sequence as bigint maxvalue 4294967295;  -- pipeline: usage
