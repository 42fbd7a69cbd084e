-- One row is one product that one waiting channel can choose, with what decides between them: whether it would be a
-- repeat (a variant on its page was selected within no_repeat_days, before or after the day), and its score in the
-- newest priorities before the day (0.5 without one). A product that no template fits is no candidate. Of the variants
-- on a page, the one with the highest score stands for the page.
-- Most products share their inputs (those that came in together and were never posted), so each score is computed once.
-- Reads waiting_channels, eligible_products and usable_templates. Parameters: selected_on (a date).

with earlier_selections as (
    select
        w.organization_id,
        w.platform,
        w.channel_type,
        catalogue.page_of(p.product_id, p.product_url) as page,
        max(s.selected_on) as last_selected_on,
        bool_or(
            s.selected_on > %(selected_on)s::date - w.no_repeat_days
            and s.selected_on < %(selected_on)s::date + w.no_repeat_days
        ) as is_repeat
    from waiting_channels as w
    inner join content.product_selections as s
        on w.organization_id = s.organization_id and w.platform = s.platform and w.channel_type = s.channel_type
    inner join catalogue.products as p on s.organization_id = p.organization_id and s.product_id = p.product_id
    group by w.organization_id, w.platform, w.channel_type, page
),

newest as materialized (
    select
        w.organization_id,
        w.platform,
        w.channel_type,
        max(upper(i.days * datemultirange(daterange(null, %(selected_on)s::date))) - 1) as calculated_on
    from waiting_channels as w
    inner join engagement.priority_inputs as i
        on w.organization_id = i.organization_id and w.platform = i.platform and w.channel_type = i.channel_type
    group by w.organization_id, w.platform, w.channel_type
),

inputs as (
    select
        i.organization_id,
        i.platform,
        i.channel_type,
        newest.calculated_on,
        i.weights,
        i.first_seen_at,
        i.last_published_at,
        i.engagement_rank,
        i.success_rate,
        i.known_score,
        array_agg(i.product_id) as product_ids
    from newest
    inner join engagement.priority_inputs as i
        on
            newest.organization_id = i.organization_id
            and newest.platform = i.platform
            and newest.channel_type = i.channel_type
            and i.days @> newest.calculated_on
    inner join eligible_products as p on i.organization_id = p.organization_id and i.product_id = p.product_id
    group by
        i.organization_id,
        i.platform,
        i.channel_type,
        newest.calculated_on,
        i.weights,
        i.first_seen_at,
        i.last_published_at,
        i.engagement_rank,
        i.success_rate,
        i.known_score
),

scores as (
    select
        i.organization_id,
        i.platform,
        i.channel_type,
        of_inputs.product_id,
        coalesce(i.known_score, v.score) as score
    from inputs as i
    cross join lateral engagement.priority_on(
        i.weights, i.first_seen_at, i.last_published_at, i.engagement_rank, i.success_rate, i.calculated_on
    ) as v
    cross join lateral unnest(i.product_ids) as of_inputs (product_id)
)

select distinct on (w.organization_id, w.platform, w.channel_type, p.page)
    w.organization_id,
    w.platform,
    w.channel_type,
    p.product_id,
    coalesce(s.is_repeat, false) as is_repeat,
    s.last_selected_on,
    coalesce(e.score, 0.5) as score,
    newest.calculated_on
from waiting_channels as w
left join newest
    on
        w.organization_id = newest.organization_id
        and w.platform = newest.platform
        and w.channel_type = newest.channel_type
inner join eligible_products as p on w.organization_id = p.organization_id
left join scores as e
    on
        w.organization_id = e.organization_id
        and w.platform = e.platform
        and w.channel_type = e.channel_type
        and p.product_id = e.product_id
left join earlier_selections as s
    on
        w.organization_id = s.organization_id
        and w.platform = s.platform
        and w.channel_type = s.channel_type
        and p.page = s.page
where exists (
    select
    from usable_templates as t
    where
        t.organization_id = w.organization_id
        and coalesce(t.platform = w.platform, true)
        and (t.category_name is null or t.category_name = any(p.category_names))
        and t.required <@ p.known_facts
)
order by
    w.organization_id asc,
    w.platform asc,
    w.channel_type asc,
    p.page asc,
    coalesce(e.score, 0.5) desc,
    p.sku asc
