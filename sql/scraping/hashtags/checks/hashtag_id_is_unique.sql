-- A hashtag id is unique across organizations. One row is an id that several organizations use: the id sequence was
-- reset, or rows were copied by hand.

select
    hashtag_id,
    string_agg(organization_id, ', ' order by organization_id) as organization_ids,
    count(*) as found
from scraping.hashtags
group by hashtag_id
having count(*) > 1
