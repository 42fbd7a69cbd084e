-- Gives the restored days of posts that were merged since to the posts that have their rows, which are computed again.
-- Reads and changes restored_rows. Parameters: organization_id, first_day, end_day (exclusive).

update scraping.posts as p set needs_rebuild = true
from scraping.merged_posts as m
inner join restored_rows as s on m.organization_id = s.organization_id and m.losing_post_id = s.post_id
where p.organization_id = m.organization_id and p.post_id = m.winning_post_id;

update restored_rows as s set post_id = m.winning_post_id
from scraping.merged_posts as m
where m.organization_id = s.organization_id and m.losing_post_id = s.post_id;
