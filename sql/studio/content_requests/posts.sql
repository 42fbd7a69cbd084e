-- One row is the post of one channel of a brief, with the newest version of its text. Parameter: request_id.

select
    platform || '/' || channel_type as channel,
    content_id,
    state::text as state
from content.brief_posts
where request_id = %(request_id)s
order by 1
