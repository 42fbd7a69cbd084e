-- Catalogue: what the shops sell. A vendor is one shop; its own ids change, so a product is known by its sku.

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
'One row is one shop of one organization, and the rules by which its catalogue is read.';
comment on column catalogue.vendors.vendor is 'The name of the shop in every other table.';
comment on column catalogue.vendors.source is 'The input shape: a folder of the landing zone, a parser.';
comment on column catalogue.vendors.currency is 'ISO 4217 code of prices that name none.';
comment on column catalogue.vendors.placeholder_prices is 'Prices that the shop uses where it knows none: NULL for us.';
comment on column catalogue.vendors.maximum_shrinkage is
'A catalogue that has fewer products than the last believed one, by more than this fraction of them, is refused.';
comment on column catalogue.vendors.shop_url is
'Where its open list of products is fetched from, without /products.json; NULL if its files come some other way.';
comment on column catalogue.vendors.is_active is 'False pauses the fetch.';

create type catalogue.snapshot_status as enum (
    'loaded',
    'refused' -- incomplete, or shrunk beyond the setting: nothing was deactivated, `reason` says why
);

create table catalogue.catalogue_snapshots (
    organization_id text not null references tenancy.organizations on delete cascade,
    vendor text not null,
    observed_at timestamptz not null
        check (observed_at >= '2000-01-01 00:00:00+00' and observed_at < '2100-01-01 00:00:00+00'),
    landed_on date not null,
    manifest_path text not null,
    status catalogue.snapshot_status not null,
    is_complete boolean not null,
    has_category_tree boolean not null,
    products integer not null check (products >= 0),
    products_rejected integer not null check (products_rejected >= 0),
    categories integer not null check (categories >= 0),
    prices_placeholder integer not null default 0 check (prices_placeholder >= 0),
    prices_unread integer not null default 0 check (prices_unread >= 0),
    reason text check (reason <> ''),
    loaded_at timestamptz not null default now(),
    primary key (organization_id, vendor, observed_at),
    foreign key (organization_id, vendor) references catalogue.vendors,
    check ((status = 'refused') = (reason is not null))
);

comment on table catalogue.catalogue_snapshots is
'One row is one look at a shop''s catalogue: what landed together, and whether it was believed.';
comment on column catalogue.catalogue_snapshots.vendor is 'The shop.';
comment on column catalogue.catalogue_snapshots.observed_at is 'When the catalogue said so.';
comment on column catalogue.catalogue_snapshots.landed_on is 'The day of the folder: the partition.';
comment on column catalogue.catalogue_snapshots.manifest_path is
'The landed file that lists its files, or the one file that is a whole catalogue.';
comment on column catalogue.catalogue_snapshots.status is 'loaded or refused.';
comment on column catalogue.catalogue_snapshots.is_complete is 'Whether every page arrived.';
comment on column catalogue.catalogue_snapshots.has_category_tree is 'Whether the tree of categories arrived.';
comment on column catalogue.catalogue_snapshots.products is 'Distinct products in it.';
comment on column catalogue.catalogue_snapshots.products_rejected is 'Items that are no product: see quarantine.';
comment on column catalogue.catalogue_snapshots.categories is 'Categories in its tree.';
comment on column catalogue.catalogue_snapshots.prices_placeholder is
'Prices that are among the placeholders of the vendor: NULL for us.';
comment on column catalogue.catalogue_snapshots.prices_unread is
'Prices that are no number, as in "free": NULL for us.';
comment on column catalogue.catalogue_snapshots.reason is 'Why it was refused.';
comment on column catalogue.catalogue_snapshots.loaded_at is 'When we wrote the row.';

create table catalogue.products (
    organization_id text not null references tenancy.organizations on delete cascade,
    product_id text not null default tenancy.public_id('prd', nextval('catalogue.product_id_sequence'))
        check (product_id like 'prd-________'),
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
'One row is one product of one shop, as the newest catalogue that has it describes it.';
comment on column catalogue.products.product_id is 'Public id, prd-….';
comment on column catalogue.products.vendor is 'The shop.';
comment on column catalogue.products.sku is 'The shop''s stock keeping unit: the identity.';
comment on column catalogue.products.vendor_product_id is 'The shop''s own id; it may change.';
comment on column catalogue.products.name is 'Its name, as text.';
comment on column catalogue.products.description is 'Its description, as text without markup.';
comment on column catalogue.products.price is 'The price; NULL if it is not known or a placeholder.';
comment on column catalogue.products.currency is 'ISO 4217 code of the price.';
comment on column catalogue.products.image_url is 'Its main picture.';
comment on column catalogue.products.product_url is 'Its page.';
comment on column catalogue.products.attributes is
'Other facts that a text may claim, as lists of words: {"sizes": […], "materials": […], "designs": […]}.';
comment on column catalogue.products.vendor_category_ids is
'The categories that the shop names for it, there or not.';
comment on column catalogue.products.is_active is 'Whether the newest complete catalogue has it.';
comment on column catalogue.products.content_hash is 'BLAKE2b-128 of what the shop says of it.';
comment on column catalogue.products.observed_at is 'When this description was first said in its present form.';
comment on column catalogue.products.first_seen_at is 'When a catalogue had it first.';
comment on column catalogue.products.deactivated_at is 'The complete catalogue that had it no more.';

create table catalogue.categories (
    organization_id text not null references tenancy.organizations on delete cascade,
    category_id text not null default tenancy.public_id('cat', nextval('catalogue.category_id_sequence'))
        check (category_id like 'cat-________'),
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

comment on table catalogue.categories is
'One row is one category of one shop''s tree.';
comment on column catalogue.categories.category_id is 'Public id, cat-….';
comment on column catalogue.categories.vendor is 'The shop.';
comment on column catalogue.categories.vendor_category_id is 'The shop''s own id.';
comment on column catalogue.categories.name is 'Its name.';
comment on column catalogue.categories.description is 'Its description, as text without markup.';
comment on column catalogue.categories.url is 'Its page.';
comment on column catalogue.categories.parent_vendor_category_id is 'The parent that the shop names, there or not.';
comment on column catalogue.categories.parent_category_id is 'The parent; NULL for a root, or if it is absent.';
comment on column catalogue.categories.level is 'Steps from its root; 0 for a root.';
comment on column catalogue.categories.is_active is 'Whether the newest believed catalogue has it.';
comment on column catalogue.categories.observed_at is 'The newest believed tree that has it.';

create index categories_parent on catalogue.categories (organization_id, parent_category_id);

create table catalogue.product_categories (
    organization_id text not null,
    product_id text not null,
    category_id text not null,
    primary key (organization_id, product_id, category_id),
    foreign key (organization_id, product_id) references catalogue.products on delete cascade,
    foreign key (organization_id, category_id) references catalogue.categories on delete cascade
);

comment on table catalogue.product_categories is
'One row is one category of one product.';
comment on column catalogue.product_categories.product_id is 'The product.';
comment on column catalogue.product_categories.category_id is 'The category.';

create index product_categories_category on catalogue.product_categories (organization_id, category_id);

create table catalogue.product_changes (
    organization_id text not null,
    product_id text not null,
    observed_at timestamptz not null,
    is_listed boolean not null,
    price numeric(12, 2) check (price > 0),
    currency text check (currency ~ '^[A-Z]{3}$'),
    content_hash bytea,
    created_at timestamptz not null default now(),
    primary key (organization_id, product_id, observed_at),
    foreign key (organization_id, product_id) references catalogue.products on delete cascade,
    check (price is null or currency is not null),
    check (is_listed = (content_hash is not null)),
    check (is_listed or price is null)
);

comment on table catalogue.product_changes is
'One row is one change of what the believed catalogues say of a product: it holds from its look to the one before the '
'next row. Before the first row no catalogue had the product.';
comment on column catalogue.product_changes.product_id is 'The product.';
comment on column catalogue.product_changes.observed_at is 'The first look that said so.';
comment on column catalogue.product_changes.is_listed is 'Whether the catalogue has it from then on.';
comment on column catalogue.product_changes.price is 'The price from then on; NULL if not known or not listed.';
comment on column catalogue.product_changes.currency is 'ISO 4217 code of the price.';
comment on column catalogue.product_changes.content_hash is
'BLAKE2b-128 of what the shop says of it; NULL if not listed.';

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
'One row is one change of a product''s price over the catalogues that have it; the first row is its first price.';
comment on column catalogue.product_prices.product_id is 'The product.';
comment on column catalogue.product_prices.observed_at is 'The first catalogue with this price.';
comment on column catalogue.product_prices.price is 'The price from then on; NULL if it was not known any more.';
comment on column catalogue.product_prices.currency is 'ISO 4217 code of the price.';

create table catalogue.known_items (
    organization_id text not null references tenancy.organizations on delete cascade,
    vendor text not null,
    reader text not null check (reader <> ''),
    items bytea not null,
    primary key (organization_id, vendor),
    foreign key (organization_id, vendor) references catalogue.vendors on delete cascade
);

comment on table catalogue.known_items is
'One row is what reading the items of one shop''s newest believed look came to: items that come again are not read '
'again. It says nothing of its own; without it everything is read, and says the same.';
comment on column catalogue.known_items.vendor is 'The shop.';
comment on column catalogue.known_items.reader is 'The code that read them: to another one nothing is known.';
comment on column catalogue.known_items.items is
'MessagePack: sku, content hash, price and unknown keys, by the BLAKE2b-128 of the item''s bytes.';

select tenancy.protect_tenant_table('catalogue.catalogue_snapshots');
select tenancy.protect_tenant_table('catalogue.products');
select tenancy.protect_tenant_table('catalogue.categories');
select tenancy.protect_tenant_table('catalogue.product_categories');
select tenancy.protect_tenant_table('catalogue.known_items');
select tenancy.protect_tenant_table('catalogue.product_changes');
select tenancy.protect_tenant_table('catalogue.product_prices');
select tenancy.protect_tenant_table('catalogue.vendors');

create trigger products_updated_at before update on catalogue.products
for each row execute function tenancy.set_updated_at();
create trigger categories_updated_at before update on catalogue.categories
for each row execute function tenancy.set_updated_at();
create trigger vendors_updated_at before update on catalogue.vendors
for each row execute function tenancy.set_updated_at();
create trigger vendors_audit after insert or update or delete on catalogue.vendors
for each row execute function tenancy.write_audit_log();
