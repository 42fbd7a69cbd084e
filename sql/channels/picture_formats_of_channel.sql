-- One row is one active size of pictures in one channel, the first one first. Parameters: platform, channel_type.

select
    format_name,
    width,
    height,
    safe_top,
    safe_right,
    safe_bottom,
    safe_left,
    maximum_bytes,
    mime_types,
    source_url,
    checked_on
from channels.picture_formats
where platform = %(platform)s and channel_type = %(channel_type)s and is_active
order by priority desc, format_name asc
