-- No current version of a brand prefers a word that it bans.

select
    organization_id,
    brand_name,
    version,
    word
from brand.brand_versions
cross join unnest(vocabulary) as v (word)
where is_current and lower(word) in (select lower(b.banned) from unnest(banned_words) as b (banned))
