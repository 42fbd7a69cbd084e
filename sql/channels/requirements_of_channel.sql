-- The rules of one channel that are switched on: one row is one rule, by category, then the greatest priority, then
-- key. What people are shown and what prompts and validation are made of is this one answer. Whether the channel is
-- written for at all is another question, which platforms.status and platform_channels.status answer.
--
-- Parameters: platform, channel_type.

select
    r.requirement_category,
    r.requirement_key,
    r.value_type::text as value_type,
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
