-- Every channel with an active schedule has its processes. One row is a channel without any: materialize
-- publishing/content_processes.

select distinct
    s.platform,
    s.channel_type
from publishing.publishing_schedules as s
where
    s.is_active
    and not exists (
        select
        from publishing.content_processes as p
        where p.platform = s.platform and p.channel_type = s.channel_type
    )
