-- One row is the product of one channel and one day, with what decided for it. The channels are those with an active
-- publishing schedule or an active approval rule, without those that get sections of documents instead; the products
-- those with a page that a catalogue had on that day.
-- First no product twice within the days of SYNDICATION_NO_REPEAT_DAYS (if all were used, the one that rested longest);
-- then the top-level category that waited longest, however small it is; then the greatest score of
-- engagement.content_priorities, the newest one before the day (0.5 where there is none).
-- A day depends on the products known on it, on rules and templates as they are now, and on the selections that stand:
-- of other days for repeats, of earlier ones for turns. So a range goes from its first day to its last, and a re-run
-- keeps every selection that stands: to have one made anew, delete it before a text was written for it.
-- Parameters: selected_on (a date), no_repeat_days, usable_templates (JSON: organization_id, template_id, version and
-- the placeholders that it requires).

create temporary table wanted_channels on commit drop as
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

analyze wanted_channels;

-- Each category with the one at the top of its branch. A branch whose parent is not there begins a tree of its own; the
-- path ends what a damaged tree would make endless.
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
    -- Where the history of prices begins after the day, the price of the day is not known.
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
    p.organization_id in (select organization_id from wanted_channels)
    and p.product_url <> ''
    and p.first_seen_at < (%(selected_on)s::date + 1)::timestamp at time zone 'utc'
    -- What the catalogues said by the end of the day: a product may have gone and come back since.
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
    from wanted_channels as w
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

uses as (
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
    from wanted_channels as w
    inner join content.product_selections as s
        on w.organization_id = s.organization_id and w.platform = s.platform and w.channel_type = s.channel_type
    group by w.organization_id, w.platform, w.channel_type, s.product_id
),

turns as (
    select
        s.organization_id,
        s.platform,
        s.channel_type,
        s.category_id,
        max(s.selected_on) as last_selected_on
    from wanted_channels as w
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
    uses.last_selected_on,
    coalesce(uses.is_repeat, false) as is_repeat,
    t.last_selected_on as category_selected_on,
    coalesce(e.score, 0.5) as score,
    e.factors,
    pr.calculated_on
from wanted_channels as w
inner join known_products as k on w.organization_id = k.organization_id
cross join lateral jsonb_to_recordset(k.top_categories) as c (top_category_id text, top_category_name text)
left join uses
    on
        w.organization_id = uses.organization_id
        and w.platform = uses.platform
        and w.channel_type = uses.channel_type
        and k.product_id = uses.product_id
left join turns as t
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
                -- As if shuffled, and the same wherever the same catalogue is loaded.
                md5(concat_ws('/', platform, channel_type, vendor, sku)) asc
        ) as place
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
                -- Of those that fit alike, the one that was not used for the longest time on the channel.
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
    where r.place = 1
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
        -- What decided before the score did; of no weight in it.
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
    (select count(*) from wanted_channels) as channels_waiting,
    (select count(*) from written_rows) as rows_written;
