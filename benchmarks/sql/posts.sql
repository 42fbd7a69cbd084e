-- Adds products of the default organization to a migrated database with reference rows, and one post of a Facebook
-- channel for each product, all planned on one day. Parameters: posts, planned_on.

insert into catalogue.vendors (organization_id, vendor, source, currency)
select
    organization_id,
    'shop',
    'clan_catalogue',
    'GBP'
from tenancy.organizations
where slug = 'default';

insert into catalogue.products (
    organization_id, vendor, sku, name, description, price, currency, image_url, product_url, content_hash, observed_at,
    first_seen_at
)
select
    v.organization_id,
    v.vendor,
    'SKU-' || n.number,
    'The made thing number ' || n.number,
    repeat('It was made with care in our own workshop, from what the country around it gives. ', 8),
    24.50,
    'GBP',
    'https://shop.example/' || n.number || '.jpg',
    'https://shop.example/' || n.number || '.html',
    '\x00'::bytea,
    %(planned_on)s::date - 30,
    %(planned_on)s::date - 30
from catalogue.vendors as v
cross join generate_series(1, %(posts)s) as n (number);

insert into content.posts_core (organization_id, post_kind, platform, channel_type, planned_on, product_id)
select
    organization_id,
    'product',
    'facebook',
    'feed_post',
    %(planned_on)s::date,
    product_id
from catalogue.products;
