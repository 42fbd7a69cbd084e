-- Adds posts of the default organization to a migrated database, each with one picture of another URL.
-- Parameters: pictures, address (scheme, host and port), connections (to the host).

insert into scraping.post_records (organization_id, platform, urn, urn_kind, first_seen_at, last_seen_at)
select
    o.organization_id,
    'linkedin',
    (7300000000000000000 + n)::text,
    'activity',
    now(),
    now()
from tenancy.organizations as o
cross join generate_series(1, %(pictures)s) as n
where o.slug = 'default';

insert into scraping.media_records (
    organization_id, post_id, media_key, media_type, media_url, position, first_seen_at, last_seen_at
)
select
    organization_id,
    post_id,
    'pictures.example/' || urn,
    'image',
    %(address)s || '/' || urn || '?e=4070908800',
    0,
    now(),
    now()
from scraping.post_records;

update media.host_limits set connections = %(connections)s;
