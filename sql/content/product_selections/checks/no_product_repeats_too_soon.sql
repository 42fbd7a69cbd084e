-- No channel repeats a product within SYNDICATION_NO_REPEAT_DAYS days (the setting when the repeat was selected). A
-- repeat means that all products were used: the catalogue is too small for the schedule, or the setting is too large.

select
    s.platform,
    s.channel_type,
    s.selected_on,
    s.product_id,
    previous.last_selected_on
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
) as previous
where
    s.organization_id = any(array(select organization_id from tenancy.organizations))
    and s.selected_on >= %(window_start)s::date
    and s.selected_on < %(window_end)s::date
    and s.selected_on - previous.last_selected_on < (s.factors -> 'rest' ->> 'no_repeat_days')::integer
