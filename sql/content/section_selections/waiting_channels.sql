-- One row is one channel that needs a section on a day: it has an active row in content.section_channels that started,
-- and no selection for the day yet.
-- Parameters: selected_on (a date).

select
    c.organization_id,
    c.platform,
    c.channel_type
from content.section_channels as c
inner join publishing.open_channels as o
    on c.organization_id = o.organization_id and c.platform = o.platform and c.channel_type = o.channel_type
where
    c.is_active
    and c.starts_on <= %(selected_on)s::date
    and o.post_kind = 'blog_post'
    and not exists (
        select
        from content.section_selections as s
        where
            s.organization_id = c.organization_id
            and s.platform = c.platform
            and s.channel_type = c.channel_type
            and s.selected_on = %(selected_on)s::date
    )
