-- One row is the product selected for one channel and day, with the factors that decided.
-- Channels: every channel with an active publishing schedule or an active approval rule, except channels that get
-- sections of documents instead of products. Products: every product with a page that was in a catalogue on the day.
-- The variants of a product on one page count as one product, and a sold-out variant is not selected.
-- Order of preference: no repeat within selecting.no_repeat_days days (if every product would repeat, the one
-- selected longest ago); then the top-level category selected longest ago, whatever its size; then the highest score in
-- the newest engagement.content_priorities before the day (0.5 without one).
-- A day depends on the products known on it, on the current rules and templates, and on existing selections: of all
-- other days for repeats, of earlier days for the turns of categories. So a range is processed from its first day to
-- its last, and a re-run keeps every existing selection. To select again, delete the selection before a text is written
-- for it.
-- Reads the steps waiting_channels, usable_templates and choices. Parameters: selected_on (a date).
-- Returns the number of waiting channels and of selected products.

with chosen as (
    select
        c.*,
        w.variations,
        w.variations_by,
        w.no_repeat_days,
        t.template_id,
        t.version as template_version,
        e.factors
    from choices as c
    inner join waiting_channels as w using (organization_id, platform, channel_type)
    left join engagement.content_priorities as e
        using (organization_id, platform, channel_type, calculated_on, product_id)
    cross join lateral (
        select
            t.template_id,
            t.version
        from usable_templates as t
        where
            t.organization_id = c.organization_id
            and coalesce(t.platform = c.platform, true)
            and (t.category_name is null or t.category_name = any(c.category_names))
            and t.required <@ c.known_facts
        order by
            t.category_name is null,
            t.platform is null,
            -- Among equally specific templates, the one used longest ago on the channel.
            (
                select max(s.selected_on)
                from content.product_selections as s
                where
                    s.organization_id = c.organization_id
                    and s.platform = c.platform
                    and s.channel_type = c.channel_type
                    and s.selected_on < %(selected_on)s::date
                    and s.template_id = t.template_id
            ) nulls first,
            md5(concat_ws('/', c.platform, c.channel_type, t.template_name))
        limit 1
    ) as t
),

written_rows as (
    insert into content.product_selections (
        organization_id, platform, channel_type, selected_on, product_id, category_id, template_id, template_version,
        variations, variations_by, score, factors
    )
    select
        organization_id,
        platform,
        channel_type,
        %(selected_on)s::date,
        product_id,
        top_category_id,
        template_id,
        template_version,
        variations,
        variations_by,
        score,
        coalesce(factors, jsonb_build_object('no_priority_known', jsonb_build_object('weight', 1, 'value', score)))
        -- What decided before the score; of no weight in the score itself.
        || jsonb_build_object(
            'rest', jsonb_build_object(
                'weight', 0, 'value', null, 'last_selected_on', last_selected_on, 'is_repeat', is_repeat,
                'no_repeat_days', no_repeat_days
            ),
            'category_turn', jsonb_build_object(
                'weight', 0, 'value', null, 'category', top_category_name, 'last_selected_on', category_selected_on
            ),
            'choice', jsonb_build_object(
                'weight', 0, 'value', null, 'products', choices, 'priorities_of', calculated_on
            )
        )
    from chosen
    order by organization_id, platform, channel_type
    returning organization_id
)

select
    (select count(*) from waiting_channels) as channels_waiting,
    (select count(*) from written_rows) as rows_written;
