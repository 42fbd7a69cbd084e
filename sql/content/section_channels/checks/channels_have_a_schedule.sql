-- Every channel that gets a section each day has an active schedule: without a schedule, its posts are never published.

select
    c.organization_id,
    c.platform,
    c.channel_type
from content.section_channels as c
where
    c.is_active
    and c.starts_on < %(window_end)s::date
    and not exists (
        select
        from publishing.publishing_schedules as s
        where
            s.organization_id = c.organization_id
            and s.platform = c.platform
            and s.channel_type = c.channel_type
            and s.is_active
    )
