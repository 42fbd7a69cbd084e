-- No channel repeats a product, in any of the variants on its page, within selecting.no_repeat_days days (the setting
-- when the repeat was selected). A repeat means that all products were used: the catalogue is too small for the
-- schedule, or the setting is too large.

select
    s.platform,
    s.channel_type,
    s.selected_on,
    s.product_id,
    previous.last_selected_on
from content.product_selections as s
inner join catalogue.products as p on s.organization_id = p.organization_id and s.product_id = p.product_id
cross join lateral (
    select max(e.selected_on) as last_selected_on
    from content.product_selections as e
    inner join catalogue.products as o on e.organization_id = o.organization_id and e.product_id = o.product_id
    where
        e.organization_id = s.organization_id
        and e.platform = s.platform
        and e.channel_type = s.channel_type
        and catalogue.page_of(o.product_id, o.product_url) = catalogue.page_of(p.product_id, p.product_url)
        and e.selected_on < s.selected_on
) as previous
where
    s.organization_id = any(array(select organization_id from tenancy.organizations))
    and s.selected_on >= %(window_start)s::date
    and s.selected_on < %(window_end)s::date
    and s.selected_on - previous.last_selected_on < (s.factors -> 'rest' ->> 'no_repeat_days')::integer
