-- No channel shows a product again within the days of SYNDICATION_NO_REPEAT_DAYS, as that was when the later of the two
-- was selected. It does where it has shown them all: the catalogue is too small for its schedule, or the days are too
-- many.

select
    s.platform,
    s.channel_type,
    s.selected_on,
    s.product_id,
    before.last_selected_on
from content.product_selections as s
cross join lateral (
    select max(e.selected_on) as last_selected_on
    from content.product_selections as e
    where
        e.organization_id = s.organization_id
        and e.platform = s.platform
        and e.channel_type = s.channel_type
        and e.product_id = s.product_id
        and e.selected_on < s.selected_on
) as before
where
    s.organization_id = any(array(select organization_id from tenancy.organizations))
    and s.selected_on >= %(window_start)s::date
    and s.selected_on < %(window_end)s::date
    and s.selected_on - before.last_selected_on < (s.factors -> 'rest' ->> 'no_repeat_days')::integer
