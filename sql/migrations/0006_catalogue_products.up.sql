-- Catalogue: vendors, snapshots of their catalogues, products, categories and prices. A vendor is one shop. Shops may
-- change their own product ids, so the sku identifies a product.

create schema catalogue authorization syndication_owner;

set local role syndication_owner;

grant usage on schema catalogue to syndication_pipeline, syndication_reader;

create sequence catalogue.product_id_sequence as bigint maxvalue 4294967295;
create sequence catalogue.category_id_sequence as bigint maxvalue 4294967295;
grant usage on all sequences in schema catalogue to syndication_pipeline;

create table catalogue.vendors (
    organization_id text not null references tenancy.organizations on delete cascade,
    vendor text not null check (vendor ~ '^[a-z][a-z0-9_]*$'),
    source text not null,
    currency text not null check (currency ~ '^[A-Z]{3}$'),
    placeholder_prices numeric(12, 2)[] not null default '{}',
    maximum_shrinkage numeric(4, 3) not null default 0.2 check (maximum_shrinkage between 0 and 1),
    shop_url text check (shop_url ~ '^https://[^[:space:]?#]+$'),
    is_active boolean not null default true,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    primary key (organization_id, vendor)
);

comment on table catalogue.vendors is
'One row is one shop of one organization, with the rules for reading its catalogue.';
comment on column catalogue.vendors.vendor is
'Name of the shop, by which the other tables refer to it: lower-case letters, digits and _.';
comment on column catalogue.vendors.source is
'Input format of its catalogue: a folder in the landing zone and a parser, such as clan_catalogue.';
comment on column catalogue.vendors.currency is 'ISO 4217 code of its prices, which name no currency.';
comment on column catalogue.vendors.placeholder_prices is
'Prices that the shop shows for products without a known price; they are stored as NULL.';
comment on column catalogue.vendors.maximum_shrinkage is
'Fraction by which a snapshot may have fewer products than the last accepted one; a smaller snapshot is rejected.';
comment on column catalogue.vendors.shop_url is
'URL of a shop with a public product list, without /products.json; NULL if it is not fetched by its own URL.';
comment on column catalogue.vendors.is_active is 'False pauses fetching; landed files are still loaded.';

create type catalogue.snapshot_status as enum ('accepted', 'rejected');
comment on type catalogue.snapshot_status is
'Whether a catalogue snapshot changed the products.
rejected: incomplete, or smaller than maximum_shrinkage allows: it changed no product, `reason` says why';

create table catalogue.catalogue_snapshots (
    organization_id text not null references tenancy.organizations on delete cascade,
    vendor text not null,
    observed_at timestamptz not null
        check (observed_at >= '2000-01-01 00:00:00+00' and observed_at < '2100-01-01 00:00:00+00'),
    landed_on date not null,
    manifest_path text not null,
    status catalogue.snapshot_status not null,
    is_complete boolean not null,
    content_hash bytea not null,
    has_category_tree boolean not null,
    tree_hash bytea,
    products integer not null check (products >= 0),
    products_rejected integer not null check (products_rejected >= 0),
    categories integer not null check (categories >= 0),
    prices_placeholder integer not null default 0 check (prices_placeholder >= 0),
    prices_unread integer not null default 0 check (prices_unread >= 0),
    unknown_keys jsonb not null default '{}' check (jsonb_typeof(unknown_keys) = 'object'),
    reason text check (reason <> ''),
    loaded_at timestamptz not null default now(),
    primary key (organization_id, vendor, observed_at),
    foreign key (organization_id, vendor) references catalogue.vendors,
    check ((status = 'rejected') = (reason is not null))
);

comment on table catalogue.catalogue_snapshots is
'One row is one snapshot of a shop''s catalogue: the files that landed together, accepted or rejected.';
comment on column catalogue.catalogue_snapshots.vendor is 'Name of the shop in catalogue.vendors.';
comment on column catalogue.catalogue_snapshots.observed_at is
'When the fetch began, or the time of the file that holds the whole catalogue.';
comment on column catalogue.catalogue_snapshots.landed_on is
'UTC day of the folder in the landing zone; the partition.';
comment on column catalogue.catalogue_snapshots.manifest_path is
'Path of the manifest that lists the snapshot''s files, or of the file that holds the whole catalogue.';
comment on column catalogue.catalogue_snapshots.status is
'Whether products follow this snapshot (accepted) or ignore it (rejected).';
comment on column catalogue.catalogue_snapshots.is_complete is
'Whether all of it arrived and could be read; an incomplete snapshot is rejected.';
comment on column catalogue.catalogue_snapshots.content_hash is
'BLAKE2b-128 of everything that its rows follow from: its files, the version of their parser and the vendor''s rules. '
'Equal hashes mean equal catalogues; empty if a file could not be read.';
comment on column catalogue.catalogue_snapshots.has_category_tree is
'Whether its category tree arrived; always false for sources without category trees.';
comment on column catalogue.catalogue_snapshots.tree_hash is
'Its categories in catalogue.category_trees; NULL if it has none.';
comment on column catalogue.catalogue_snapshots.products is 'Number of distinct skus.';
comment on column catalogue.catalogue_snapshots.products_rejected is
'Number of items and files that could not be read; they are in landing.quarantine.';
comment on column catalogue.catalogue_snapshots.categories is 'Number of categories.';
comment on column catalogue.catalogue_snapshots.prices_placeholder is
'Number of products with one of the vendor''s placeholder prices.';
comment on column catalogue.catalogue_snapshots.prices_unread is
'Number of products whose price is not a number, such as "free".';
comment on column catalogue.catalogue_snapshots.unknown_keys is
'Number of its items with each key that no parser reads.';
comment on column catalogue.catalogue_snapshots.reason is 'Why it was rejected; NULL if it was accepted.';
comment on column catalogue.catalogue_snapshots.loaded_at is 'When the row was last written.';

create table catalogue.products (
    organization_id text not null references tenancy.organizations on delete cascade,
    product_id text not null default tenancy.public_id('prd', nextval('catalogue.product_id_sequence'))
        check (product_id ~ '^prd-[0-9a-f]{8}$'),
    vendor text not null,
    sku text not null check (sku <> ''),
    vendor_product_id text,
    name text not null check (name <> ''),
    description text,
    price numeric(12, 2) check (price > 0),
    currency text check (currency ~ '^[A-Z]{3}$'),
    image_url text,
    product_url text,
    attributes jsonb not null default '{}' check (jsonb_typeof(attributes) = 'object'),
    vendor_category_ids text[] not null default '{}',
    is_active boolean not null default true,
    content_hash bytea not null,
    observed_at timestamptz not null,
    first_seen_at timestamptz not null,
    deactivated_at timestamptz,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    primary key (organization_id, product_id),
    unique (organization_id, vendor, sku),
    foreign key (organization_id, vendor) references catalogue.vendors,
    check (price is null or currency is not null),
    check (is_active = (deactivated_at is null))
);

comment on table catalogue.products is
'One row is one product of one shop, as described by the newest accepted snapshot that has it.';
comment on column catalogue.products.product_id is 'Public id, such as prd-0a1b2c3d.';
comment on column catalogue.products.vendor is 'Name of the shop in catalogue.vendors.';
comment on column catalogue.products.sku is 'The shop''s stock keeping unit, which identifies the product.';
comment on column catalogue.products.vendor_product_id is
'The shop''s own id, which may change; NULL if the shop gives none.';
comment on column catalogue.products.name is 'Name as plain text.';
comment on column catalogue.products.description is 'Description as plain text; NULL if the shop gives none.';
comment on column catalogue.products.price is
'Price in the newest accepted snapshot that has it; NULL for no price, a placeholder or a price that is not a number.';
comment on column catalogue.products.currency is 'ISO 4217 code of the price; NULL without a price.';
comment on column catalogue.products.image_url is 'URL of the main image; NULL if the shop gives none.';
comment on column catalogue.products.product_url is 'URL of the product''s page; NULL if the shop gives none.';
comment on column catalogue.products.attributes is
'Other facts, as lists of words. Texts may state {"sizes": […], "materials": […], "designs": […], "discounts": […]}; '
'"tags" only help to find the product, and "availability" with "sold out" keeps it out of selections.';
comment on column catalogue.products.vendor_category_ids is
'Ids of the categories that the shop names for it, whether the tree has them or not.';
comment on column catalogue.products.is_active is 'Whether the newest accepted snapshot has it.';
comment on column catalogue.products.content_hash is 'BLAKE2b-128 of its facts, price and currency.';
comment on column catalogue.products.observed_at is 'When the present description was first observed.';
comment on column catalogue.products.first_seen_at is 'Time of the first snapshot that has it.';
comment on column catalogue.products.deactivated_at is
'Time of the first accepted snapshot that lacks it, or first_seen_at if only rejected or withdrawn snapshots had it; '
'NULL while it is active.';

create table catalogue.categories (
    organization_id text not null references tenancy.organizations on delete cascade,
    category_id text not null default tenancy.public_id('cat', nextval('catalogue.category_id_sequence'))
        check (category_id ~ '^cat-[0-9a-f]{8}$'),
    vendor text not null,
    vendor_category_id text not null check (vendor_category_id <> ''),
    name text not null check (name <> ''),
    description text,
    url text,
    parent_vendor_category_id text,
    parent_category_id text,
    level integer not null check (level >= 0),
    is_active boolean not null default true,
    observed_at timestamptz not null,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    primary key (organization_id, category_id),
    unique (organization_id, vendor, vendor_category_id),
    foreign key (organization_id, vendor) references catalogue.vendors,
    foreign key (organization_id, parent_category_id) references catalogue.categories,
    check (parent_category_id <> category_id)
);

comment on table catalogue.categories is 'One row is one category of one shop.';
comment on column catalogue.categories.category_id is 'Public id, such as cat-0a1b2c3d.';
comment on column catalogue.categories.vendor is 'Name of the shop in catalogue.vendors.';
comment on column catalogue.categories.vendor_category_id is 'The shop''s own id.';
comment on column catalogue.categories.name is 'Name as plain text.';
comment on column catalogue.categories.description is 'Description as plain text; NULL if the shop gives none.';
comment on column catalogue.categories.url is 'URL of its page; NULL if the shop gives none.';
comment on column catalogue.categories.parent_vendor_category_id is
'The shop''s id of the parent, whether the tree has it or not; NULL if the shop names none.';
comment on column catalogue.categories.parent_category_id is
'The parent in this table; NULL for a root, for an absent parent, and where a cycle is cut.';
comment on column catalogue.categories.level is 'Number of steps from its root; 0 for a root.';
comment on column catalogue.categories.is_active is 'Whether the newest accepted snapshot has it.';
comment on column catalogue.categories.observed_at is 'Time of the newest accepted snapshot that has it.';

create index categories_parent on catalogue.categories (organization_id, parent_category_id);

create table catalogue.product_categories (
    organization_id text not null,
    product_id text not null,
    category_id text not null,
    primary key (organization_id, product_id, category_id),
    foreign key (organization_id, product_id) references catalogue.products on delete cascade,
    foreign key (organization_id, category_id) references catalogue.categories on delete cascade
);

comment on table catalogue.product_categories is 'One row is one category of one product.';
comment on column catalogue.product_categories.product_id is 'Public id of a product of the same shop.';
comment on column catalogue.product_categories.category_id is
'Public id of a category that the shop names for the product.';

create index product_categories_category on catalogue.product_categories (organization_id, category_id);

create table catalogue.product_observations (
    organization_id text not null,
    product_id text not null,
    observed_at timestamptz not null,
    is_listed boolean not null,
    price numeric(12, 2) check (price > 0),
    currency text check (currency ~ '^[A-Z]{3}$'),
    content_hash bytea,
    facts jsonb check (jsonb_typeof(facts) = 'object'),
    created_at timestamptz not null default now(),
    primary key (organization_id, product_id, observed_at),
    -- A load defers it: it writes the observations of a new product before the product, which is derived from them.
    constraint product_observations_product foreign key (organization_id, product_id) references catalogue.products
    on delete cascade deferrable,
    check (price is null or currency is not null),
    check (is_listed = (content_hash is not null)),
    check (is_listed = (facts is not null)),
    check (is_listed or price is null)
);

comment on table catalogue.product_observations is
'One row is one product in one accepted snapshot that says something else about it than the accepted snapshot before. '
'It holds until the product''s next row; before the first row, no accepted snapshot has the product. The other tables '
'of products are derived from it.';
comment on column catalogue.product_observations.product_id is 'Public id of the product that was observed.';
comment on column catalogue.product_observations.observed_at is 'Time of the first snapshot that says this.';
comment on column catalogue.product_observations.is_listed is 'Whether the catalogue has the product from then on.';
comment on column catalogue.product_observations.price is
'Price from then on; NULL if it is not known or the product is not listed.';
comment on column catalogue.product_observations.currency is 'ISO 4217 code of the price; NULL without a price.';
comment on column catalogue.product_observations.content_hash is
'BLAKE2b-128 of the facts, the price and the currency; NULL if the product is not listed.';
comment on column catalogue.product_observations.facts is
'All else that the shop says about it, under the column names of catalogue.products; NULL if it is not listed.';

create view catalogue.product_changes with (security_invoker = true) as
select
    o.organization_id,
    p.vendor,
    p.sku,
    o.product_id,
    o.observed_at,
    o.is_listed,
    o.price,
    o.currency,
    o.content_hash,
    o.created_at
from catalogue.product_observations as o
inner join catalogue.products as p on o.organization_id = p.organization_id and o.product_id = p.product_id;

comment on view catalogue.product_changes is
'One row is one change of a product over the accepted snapshots: its observations with its sku and without the facts.';

do $$
declare
    table_column record;
begin
    for table_column in
        select v.attname, coalesce(
            col_description('catalogue.product_observations'::regclass, o.attnum),
            col_description('catalogue.products'::regclass, p.attnum)
        ) as description
        from pg_attribute v
        left join pg_attribute o on o.attrelid = 'catalogue.product_observations'::regclass and o.attname = v.attname
        left join pg_attribute p on p.attrelid = 'catalogue.products'::regclass and p.attname = v.attname
        where v.attrelid = 'catalogue.product_changes'::regclass
    loop
        execute format(
            'comment on column catalogue.product_changes.%I is %L', table_column.attname, table_column.description
        );
    end loop;
end
$$;

create table catalogue.category_trees (
    organization_id text not null references tenancy.organizations on delete cascade,
    vendor text not null,
    tree_hash bytea not null,
    categories jsonb not null check (jsonb_typeof(categories) = 'array'),
    primary key (organization_id, vendor, tree_hash),
    foreign key (organization_id, vendor) references catalogue.vendors on delete cascade
);

comment on table catalogue.category_trees is
'One row is one tree of categories that snapshots of a shop have; snapshots with equal trees share it.';
comment on column catalogue.category_trees.vendor is 'Name of the shop in catalogue.vendors.';
comment on column catalogue.category_trees.tree_hash is 'BLAKE2b-128 of the categories.';
comment on column catalogue.category_trees.categories is
'The categories under the column names of catalogue.categories, with placed_under: the parent, unless the tree lacks '
'it or a cycle is cut there.';

create table catalogue.product_prices (
    organization_id text not null,
    product_id text not null,
    observed_at timestamptz not null,
    price numeric(12, 2) check (price > 0),
    currency text check (currency ~ '^[A-Z]{3}$'),
    created_at timestamptz not null default now(),
    primary key (organization_id, product_id, observed_at),
    foreign key (organization_id, product_id) references catalogue.products on delete cascade,
    check (price is null or currency is not null)
);

comment on table catalogue.product_prices is
'One row is one change of a product''s price over the accepted snapshots that have it; the first row is the first '
'known price.';
comment on column catalogue.product_prices.product_id is 'Public id of the product whose price changed.';
comment on column catalogue.product_prices.observed_at is 'Time of the first snapshot with this price.';
comment on column catalogue.product_prices.price is 'Price from then on; NULL if it is no longer known.';
comment on column catalogue.product_prices.currency is 'ISO 4217 code of the price; NULL without a price.';

create function catalogue.page_of(product_id text, product_url text)
returns text language sql immutable parallel safe
return coalesce(nullif(split_part(product_url, '#', 1), ''), product_id);

comment on function catalogue.page_of is
'What readers see as one product: the variants (sizes, colours) on one page of a shop. A product without a page is its '
'own.';

create function catalogue.is_sold_out(attributes jsonb)
returns boolean language sql immutable parallel safe
return coalesce(attributes -> 'availability' @> '["sold out"]', false);

comment on function catalogue.is_sold_out is
'Whether the shop says with the attributes of a product that none is left.';

grant execute on function catalogue.page_of, catalogue.is_sold_out to syndication_pipeline, syndication_reader;

select tenancy.protect_tenant_table('catalogue.catalogue_snapshots');
select tenancy.protect_tenant_table('catalogue.products');
select tenancy.protect_tenant_table('catalogue.categories');
select tenancy.protect_tenant_table('catalogue.product_categories');
select tenancy.protect_tenant_table('catalogue.category_trees');
select tenancy.protect_tenant_table('catalogue.product_observations');
select tenancy.protect_tenant_table('catalogue.product_prices');
select tenancy.protect_tenant_table('catalogue.vendors');

create index products_page on catalogue.products (organization_id, catalogue.page_of(product_id, product_url));

grant select on catalogue.product_changes to syndication_pipeline, syndication_reader;

create trigger products_updated_at before update on catalogue.products
for each row execute function tenancy.set_updated_at();
create trigger categories_updated_at before update on catalogue.categories
for each row execute function tenancy.set_updated_at();
create trigger vendors_updated_at before update on catalogue.vendors
for each row execute function tenancy.set_updated_at();
create trigger vendors_audit after insert or update or delete on catalogue.vendors
for each row execute function tenancy.write_audit_log();
