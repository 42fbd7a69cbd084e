-- Gives the restored snapshots of posts that were merged since to the posts that have their rows, whose rollups are
-- computed again. Reads and changes restored_rows. Parameters: organization_id, first_day, end_day (exclusive).

update scraping.post_records as r set needs_rebuild = true
from scraping.merged_posts as m
inner join restored_rows as s on m.organization_id = s.organization_id and m.losing_post_id = s.post_id
where r.organization_id = m.organization_id and r.post_id = m.winning_post_id;

update restored_rows as s set post_id = m.winning_post_id
from scraping.merged_posts as m
where m.organization_id = s.organization_id and m.losing_post_id = s.post_id;
