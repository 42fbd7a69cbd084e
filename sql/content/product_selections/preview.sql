-- One row is one of the newest selections of some days, as the UI shows it.
-- Parameters: window_start, window_end (dates, the end exclusive).

select
    s.selected_on as day,
    s.platform || '/' || s.channel_type as channel,
    p.name as product,
    s.score,
    s.factors -> 'category_turn' ->> 'category' as category
from content.product_selections as s
inner join catalogue.products as p on s.organization_id = p.organization_id and s.product_id = p.product_id
where s.selected_on >= %(window_start)s::date and s.selected_on < %(window_end)s::date
order by s.selected_on desc, s.organization_id asc, s.platform asc, s.channel_type asc
limit 20
