-- One row is one product in the newest ranking of a channel, with the factors of its score: the top three, and the top
-- three products with measured posts. Parameters: slug (of the organization), platform, channel_type.

with ranked as (
    select
        c.score,
        c.factors,
        p.name,
        row_number() over (order by c.score desc, p.sku asc) as place,
        row_number() over (
            partition by c.factors -> 'engagement' ->> 'value' is not null
            order by c.score desc, p.sku asc
        ) as place_among_measured,
        c.factors -> 'engagement' ->> 'value' is not null as is_measured
    from tenancy.organizations as o
    inner join engagement.content_priorities as c on o.organization_id = c.organization_id
    inner join catalogue.products as p on c.organization_id = p.organization_id and c.product_id = p.product_id
    where
        o.slug = %(slug)s
        and c.platform = %(platform)s
        and c.channel_type = %(channel_type)s
        and c.calculated_on = (
            select max(upper(newest.days)) - 1
            from engagement.priority_inputs as newest
            inner join tenancy.organizations as owner on newest.organization_id = owner.organization_id
            where
                owner.slug = %(slug)s
                and newest.platform = %(platform)s
                and newest.channel_type = %(channel_type)s
        )
)

select
    r.place,
    r.score,
    r.name,
    (
        select
            string_agg(
                f.factor_name || ' ' || coalesce(round((f.factor ->> 'value')::numeric, 2)::text, 'unknown')
                || ' x ' || round((f.factor ->> 'weight')::numeric, 2),
                ', ' order by f.factor_name
            )
        from jsonb_each(r.factors) as f (factor_name, factor)
    ) as why
from ranked as r
where r.place <= 3 or (r.is_measured and r.place_among_measured <= 3)
order by r.place;
