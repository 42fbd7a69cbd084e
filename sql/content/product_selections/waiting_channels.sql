-- One row is one channel that needs a product on a day: it has an active publishing schedule or an active approval
-- rule, gets no sections of documents instead of products, and has no selection for the day yet.
-- Parameters: selected_on (a date).

select
    c.organization_id,
    c.platform,
    c.channel_type,
    coalesce((v.value #>> '{}')::integer, 1) as variations,
    coalesce(b.value #>> '{}', 'content')::content.variation_kind as variations_by,
    tenancy.setting('selecting.no_repeat_days', c.organization_id)::integer as no_repeat_days
from publishing.open_channels as c
left join channels.channel_requirements as v
    on
        c.platform = v.platform
        and c.channel_type = v.channel_type
        and v.requirement_category = 'content'
        and v.requirement_key = 'variations'
        and v.is_active
        and v.value_type = 'number'
        and (v.value #>> '{}')::numeric in (1, 2, 3, 4, 5)
left join channels.channel_requirements as b
    on
        c.platform = b.platform
        and c.channel_type = b.channel_type
        and b.requirement_category = 'content'
        and b.requirement_key = 'variations_by'
        and b.is_active
where
    c.post_kind = 'product'
    and (c.organization_id, c.platform, c.channel_type) in (
        select
            organization_id,
            platform,
            channel_type
        from publishing.publishing_schedules
        where is_active and starts_on <= %(selected_on)s::date
        union
        select
            organization_id,
            platform,
            channel_type
        from content.approval_rules
        where is_active
    )
    and not exists (
        select
        from content.section_channels as s
        where
            s.organization_id = c.organization_id
            and s.platform = c.platform
            and s.channel_type = c.channel_type
            and s.is_active
            and s.instead_of_products
            and s.starts_on <= %(selected_on)s::date
    )
    and not exists (
        select
        from content.product_selections as s
        where
            s.organization_id = c.organization_id
            and s.platform = c.platform
            and s.channel_type = c.channel_type
            and s.selected_on = %(selected_on)s::date
    )
