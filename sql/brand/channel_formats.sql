-- One row is one size of pictures that channels have, by its name, with the largest part of each edge that one of them
-- covers. A name that has several sizes is left out: a template may choose.

select
    format_name,
    min(width) as width,
    min(height) as height,
    max(safe_top) as safe_top,
    max(safe_right) as safe_right,
    max(safe_bottom) as safe_bottom,
    max(safe_left) as safe_left,
    array_agg(platform || ' ' || channel_type order by platform, channel_type) as channels
from channels.picture_formats
where is_active
group by format_name
having min(width) = max(width) and min(height) = max(height)
order by format_name
