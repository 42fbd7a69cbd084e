-- A quarantine id is unique across organizations. One row is an id that several organizations use: the id sequence was
-- reset, or rows were copied by hand.

select
    quarantine_id,
    string_agg(organization_id, ', ' order by organization_id) as organization_ids,
    count(*) as found
from landing.quarantine
group by quarantine_id
having count(*) > 1
