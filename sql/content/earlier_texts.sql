-- One row is an existing text of one channel, fewer than `days` days before or after a day. A new text must not repeat
-- texts of other posts; variations of the same post may be similar, but not identical.
-- Parameters: organization_id, platform, channel_type, planned_on (a date), days, states.

select
    c.content_id,
    c.text_content,
    c.link_url,
    c.variation,
    c.post_core_id
from content.posts_core as p
inner join content.posts_content as c on p.organization_id = c.organization_id and p.post_core_id = c.post_core_id
where
    p.organization_id = %(organization_id)s
    and p.platform = %(platform)s
    and p.channel_type = %(channel_type)s
    and p.planned_on > %(planned_on)s::date - %(days)s
    and p.planned_on < %(planned_on)s::date + %(days)s
    and c.state = any(%(states)s::content.content_state[])
order by p.planned_on, c.content_id
