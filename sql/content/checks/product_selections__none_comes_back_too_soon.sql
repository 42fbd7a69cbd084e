-- No channel shows a product again within the days of SYNDICATION_NO_REPEAT_DAYS. It does where it has shown them all:
-- the catalogue is too small for its schedule, or the days are too many.

select
    s.platform,
    s.channel_type,
    s.selected_on,
    s.product_id,
    s.factors -> 'rest' ->> 'last_selected_on' as last_selected_on
from content.product_selections as s
where
    s.organization_id = any(array(select organization_id from tenancy.organizations))
    and s.selected_on >= %(window_start)s::date
    and s.selected_on < %(window_end)s::date
    and (s.factors -> 'rest' ->> 'is_repeat')::boolean
