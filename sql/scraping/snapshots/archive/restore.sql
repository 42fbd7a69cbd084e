-- Gives the restored snapshots of posts that were merged since to the posts that have their rows. Reads and changes
-- restored_rows. Parameters: organization_id, first_day, end_day (exclusive).

update restored_rows as s set post_id = m.winning_post_id
from scraping.merged_posts as m
where m.organization_id = s.organization_id and m.losing_post_id = s.post_id;
