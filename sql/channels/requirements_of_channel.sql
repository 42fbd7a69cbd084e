-- One row is one active rule of one channel, ordered by category, then priority (the greatest first), then key. The
-- display, the prompts and the validation all read this list. Whether the channel is written for at all depends on
-- platforms.status and platform_channels.status.
--
-- Parameters: platform, channel_type.

select
    r.requirement_category,
    r.requirement_key,
    r.value,
    r.minimum,
    r.maximum,
    r.unit,
    r.severity::text as severity,
    r.priority,
    r.description,
    r.source_url,
    r.checked_on
from channels.channel_requirements as r
where r.platform = %(platform)s and r.channel_type = %(channel_type)s and r.is_active
order by r.requirement_category asc, r.priority desc, r.requirement_key asc
