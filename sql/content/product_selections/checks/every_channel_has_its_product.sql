-- Every channel with an active schedule on a day has a product selected for that day, unless it gets sections instead.

select
    d.day_on,
    s.organization_id,
    s.platform,
    s.channel_type
from (
    select %(window_start)s::date + n.number as day_on
    from generate_series(0, %(window_end)s::date - %(window_start)s::date - 1) as n (number)
) as d
inner join (
    select
        s.organization_id,
        s.platform,
        s.channel_type,
        min(greatest(s.starts_on, (s.created_at at time zone 'utc')::date)) as first_day
    from publishing.publishing_schedules as s
    inner join publishing.open_channels as o
        on s.organization_id = o.organization_id and s.platform = o.platform and s.channel_type = o.channel_type
    where s.is_active and o.post_kind = 'product'
    group by s.organization_id, s.platform, s.channel_type
) as s on d.day_on >= s.first_day
where
    not exists (
        select
        from content.product_selections as e
        where
            e.organization_id = s.organization_id
            and e.platform = s.platform
            and e.channel_type = s.channel_type
            and e.selected_on = d.day_on
    )
    and not exists (
        select
        from content.section_channels as c
        where
            c.organization_id = s.organization_id
            and c.platform = s.platform
            and c.channel_type = s.channel_type
            and c.is_active
            and c.instead_of_products
            and c.starts_on <= d.day_on
    )
