-- One row is the product selected for one channel and day, with the factors that decided.
-- Channels: every channel with an active publishing schedule or an active approval rule, except channels that get
-- sections of documents instead of products. Products: every product with a page that was in a catalogue on the day.
-- Order of preference: no repeat within SYNDICATION_NO_REPEAT_DAYS days (if every product would repeat, the one
-- selected longest ago); then the top-level category selected longest ago, whatever its size; then the highest score in
-- the newest engagement.content_priorities before the day (0.5 without one).
-- A day depends on the products known on it, on the current rules and templates, and on existing selections: of all
-- other days for repeats, of earlier days for the turns of categories. So a range is processed from its first day to
-- its last, and a re-run keeps every existing selection. To select again, delete the selection before a text is written
-- for it.
-- Parameters: selected_on (a date), no_repeat_days, usable_templates (JSON: organization_id, template_id,
-- template_name, version, platform, category_name and the required placeholders).

create temporary table waiting_channels on commit drop as
select
    c.organization_id,
    c.platform,
    c.channel_type,
    coalesce((v.value #>> '{}')::integer, 1) as variations,
    coalesce(b.value #>> '{}', 'content')::content.variation_kind as variations_by
from (
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
) as c
inner join tenancy.organizations as o on c.organization_id = o.organization_id and o.is_active
inner join channels.platforms as p on c.platform = p.platform and p.status = 'active'
inner join channels.platform_channels as pc
    on c.platform = pc.platform and c.channel_type = pc.channel_type and pc.status in ('active', 'beta')
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
    publishing.is_process_active(c.platform, c.channel_type, 'product')
    and not exists (
        select
        from content.section_channels as sections
        where
            sections.organization_id = c.organization_id
            and sections.platform = c.platform
            and sections.channel_type = c.channel_type
            and sections.is_active
            and sections.instead_of_products
            and sections.starts_on <= %(selected_on)s::date
    )
    and not exists (
        select
        from content.product_selections as s
        where
            s.organization_id = c.organization_id
            and s.platform = c.platform
            and s.channel_type = c.channel_type
            and s.selected_on = %(selected_on)s::date
    );

analyze waiting_channels;

-- Each category with the top-level category of its branch. A category whose parent is missing counts as top-level; the
-- path stops the recursion in a damaged tree.
create temporary table top_categories on commit drop as
with recursive branches as (
    select
        c.organization_id,
        c.category_id,
        c.name as category_name,
        c.category_id as top_category_id,
        c.name as top_category_name,
        array[c.category_id] as path
    from catalogue.categories as c
    left join catalogue.categories as parent
        on c.organization_id = parent.organization_id and c.parent_category_id = parent.category_id and parent.is_active
    where c.is_active and parent.category_id is null
    union all
    select
        c.organization_id,
        c.category_id,
        c.name,
        b.top_category_id,
        b.top_category_name,
        b.path || c.category_id
    from branches as b
    inner join catalogue.categories as c
        on b.organization_id = c.organization_id and b.category_id = c.parent_category_id
    where c.is_active and c.category_id <> all(b.path)
)

select
    organization_id,
    category_id,
    category_name,
    top_category_id,
    top_category_name
from branches;

analyze top_categories;

create temporary table known_products on commit drop as
select
    p.organization_id,
    p.product_id,
    p.vendor,
    p.sku,
    array_remove(
        array[
            'product_name',
            'product_url',
            'call_to_action',
            case when p.description <> '' then 'description' end,
            case
                when case when history.product_id is null then p.price else history.price end is not null then 'price'
            end,
            case when categories.names is not null then 'category' end
        ], null
    ) as known_facts,
    coalesce(categories.names, '{}') as category_names,
    coalesce(categories.top_categories, jsonb_build_array(jsonb_build_object('top_category_id', null)))
        as top_categories
from catalogue.products as p
left join lateral (
    -- If the price history begins after the day, the price of the day is unknown.
    select
        h.product_id,
        case when h.observed_at < (%(selected_on)s::date + 1)::timestamp at time zone 'utc' then h.price end as price
    from catalogue.product_prices as h
    where h.organization_id = p.organization_id and h.product_id = p.product_id
    order by
        h.observed_at < (%(selected_on)s::date + 1)::timestamp at time zone 'utc' desc,
        h.observed_at desc
    limit 1
) as history on true
left join (
    select
        pc.organization_id,
        pc.product_id,
        array_agg(distinct t.category_name) as names,
        jsonb_agg(
            distinct jsonb_build_object('top_category_id', t.top_category_id, 'top_category_name', t.top_category_name)
        ) as top_categories
    from catalogue.product_categories as pc
    inner join top_categories as t on pc.organization_id = t.organization_id and pc.category_id = t.category_id
    group by pc.organization_id, pc.product_id
) as categories on p.organization_id = categories.organization_id and p.product_id = categories.product_id
where
    p.organization_id in (select organization_id from waiting_channels)
    and p.product_url <> ''
    and p.first_seen_at < (%(selected_on)s::date + 1)::timestamp at time zone 'utc'
    -- Whether the product was listed at the end of the day: it may have left and returned since.
    and coalesce(
        (
            select c.is_listed
            from catalogue.product_changes as c
            where
                c.organization_id = p.organization_id
                and c.product_id = p.product_id
                and c.observed_at < (%(selected_on)s::date + 1)::timestamp at time zone 'utc'
            order by c.observed_at desc
            limit 1
        ),
        p.deactivated_at >= (%(selected_on)s::date + 1)::timestamp at time zone 'utc',
        true
    );

analyze known_products;

create temporary table candidates on commit drop as
with priorities as (
    select
        w.organization_id,
        w.platform,
        w.channel_type,
        newest.calculated_on
    from waiting_channels as w
    cross join lateral (
        select e.calculated_on
        from engagement.content_priorities as e
        where
            e.organization_id = w.organization_id
            and e.platform = w.platform
            and e.channel_type = w.channel_type
            and e.calculated_on < %(selected_on)s::date
        order by e.calculated_on desc
        limit 1
    ) as newest
),

product_uses as (
    select
        w.organization_id,
        w.platform,
        w.channel_type,
        s.product_id,
        max(s.selected_on) as last_selected_on,
        bool_or(
            s.selected_on > %(selected_on)s::date - %(no_repeat_days)s
            and s.selected_on < %(selected_on)s::date + %(no_repeat_days)s
        ) as is_repeat
    from waiting_channels as w
    inner join content.product_selections as s
        on w.organization_id = s.organization_id and w.platform = s.platform and w.channel_type = s.channel_type
    group by w.organization_id, w.platform, w.channel_type, s.product_id
),

category_turns as (
    select
        s.organization_id,
        s.platform,
        s.channel_type,
        s.category_id,
        max(s.selected_on) as last_selected_on
    from waiting_channels as w
    inner join content.product_selections as s
        on w.organization_id = s.organization_id and w.platform = s.platform and w.channel_type = s.channel_type
    where s.selected_on < %(selected_on)s::date
    group by s.organization_id, s.platform, s.channel_type, s.category_id
)

select
    w.organization_id,
    w.platform,
    w.channel_type,
    w.variations,
    w.variations_by,
    k.product_id,
    k.vendor,
    k.sku,
    k.known_facts,
    k.category_names,
    c.top_category_id,
    c.top_category_name,
    product_uses.last_selected_on,
    coalesce(product_uses.is_repeat, false) as is_repeat,
    t.last_selected_on as category_selected_on,
    coalesce(e.score, 0.5) as score,
    e.factors,
    pr.calculated_on
from waiting_channels as w
inner join known_products as k on w.organization_id = k.organization_id
cross join lateral jsonb_to_recordset(k.top_categories) as c (top_category_id text, top_category_name text)
left join product_uses
    on
        w.organization_id = product_uses.organization_id
        and w.platform = product_uses.platform
        and w.channel_type = product_uses.channel_type
        and k.product_id = product_uses.product_id
left join category_turns as t
    on
        w.organization_id = t.organization_id
        and w.platform = t.platform
        and w.channel_type = t.channel_type
        and c.top_category_id is not distinct from t.category_id
left join priorities as pr
    on w.organization_id = pr.organization_id and w.platform = pr.platform and w.channel_type = pr.channel_type
left join engagement.content_priorities as e
    on
        pr.organization_id = e.organization_id
        and pr.platform = e.platform
        and pr.channel_type = e.channel_type
        and pr.calculated_on = e.calculated_on
        and k.product_id = e.product_id
where exists (
    select
    from
        jsonb_to_recordset(%(usable_templates)s::jsonb)
            as u (
                organization_id text, platform text, category_name text, required text[]
            )
    where
        u.organization_id = w.organization_id
        and coalesce(u.platform = w.platform, true)
        and (u.category_name is null or u.category_name = any(k.category_names))
        and u.required <@ k.known_facts
);

with ranked as (
    select
        *,
        row_number() over (
            partition by organization_id, platform, channel_type
            order by
                is_repeat asc,
                case when is_repeat then last_selected_on end asc,
                category_selected_on asc nulls first,
                best_of_category desc,
                top_category_name asc,
                top_category_id asc,
                score desc,
                -- A pseudo-random order that is the same wherever the same catalogue is loaded.
                md5(concat_ws('/', platform, channel_type, vendor, sku)) asc
        ) as preference
    from (
        select
            *,
            max(score) over (
                partition by organization_id, platform, channel_type, is_repeat, top_category_id
            ) as best_of_category,
            count(*) over (partition by organization_id, platform, channel_type, is_repeat) as choices
        from candidates
    ) as c
),

chosen as (
    select
        r.*,
        t.template_id,
        t.version as template_version,
        t.template_name
    from ranked as r
    cross join
        lateral (
            select
                u.template_id,
                u.version,
                u.template_name
            from
                jsonb_to_recordset(%(usable_templates)s::jsonb)
                    as u (
                        organization_id text,
                        template_id text,
                        template_name text,
                        version integer,
                        platform text,
                        category_name text,
                        required text[]
                    )
            where
                u.organization_id = r.organization_id
                and coalesce(u.platform = r.platform, true)
                and (u.category_name is null or u.category_name = any(r.category_names))
                and u.required <@ r.known_facts
            order by
                u.category_name is null,
                u.platform is null,
                -- Among equally specific templates, the one used longest ago on the channel.
                (
                    select max(s.selected_on)
                    from content.product_selections as s
                    where
                        s.organization_id = r.organization_id
                        and s.platform = r.platform
                        and s.channel_type = r.channel_type
                        and s.selected_on < %(selected_on)s::date
                        and s.template_id = u.template_id
                ) nulls first,
                md5(concat_ws('/', r.platform, r.channel_type, u.template_name))
            limit 1
        ) as t
    where r.preference = 1
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
                'no_repeat_days', %(no_repeat_days)s
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
