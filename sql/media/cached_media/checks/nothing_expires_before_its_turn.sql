-- No waiting medium expires before its turn at the pace of the last 24 hours. One row is an organization whose media
-- would be lost: cache more often, raise SYNDICATION_MEDIA_CONNECTIONS or SYNDICATION_MEDIA_RUN_BYTES, or let the next
-- scrape bring new URLs.

select
    organization_id,
    waiting,
    would_expire,
    next_expiry
from media.cache_status
where would_expire > 0
