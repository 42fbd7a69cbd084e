-- One row is a text that stands on one channel, around a day: what a new text must not say again. The other variations
-- of a post may be like it, as long as they do not say the same.
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
