-- A profile id is unique across organizations. One row is an id that several organizations use: the id sequence was
-- reset, or rows were copied by hand.

select
    profile_id,
    string_agg(organization_id, ', ' order by organization_id) as organization_ids,
    count(*) as found
from scraping.profiles
group by profile_id
having count(*) > 1
