-- Every selected product was in a catalogue on the day of its selection, and has a page.

select
    s.selection_id,
    s.selected_on,
    p.sku,
    p.first_seen_at,
    p.deactivated_at
from content.product_selections as s
inner join catalogue.products as p on s.organization_id = p.organization_id and s.product_id = p.product_id
where
    s.organization_id = any(array(select organization_id from tenancy.organizations))
    and s.selected_on >= %(window_start)s::date
    and s.selected_on < %(window_end)s::date
    and (
        p.first_seen_at >= (s.selected_on + 1)::timestamp at time zone 'utc'
        or p.deactivated_at < s.selected_on::timestamp at time zone 'utc'
        or coalesce(p.product_url, '') = ''
    )
