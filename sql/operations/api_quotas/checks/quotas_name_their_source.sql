-- Every quota names the page on which the provider states it. One row is a quota without one: nobody can tell whether
-- it still holds.

select
    provider,
    unit,
    counted_per,
    window_seconds,
    amount
from operations.api_quotas
where source_url is null
