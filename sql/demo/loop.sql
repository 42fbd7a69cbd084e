-- One row is one step of the loop from the catalogue to measured posts, in order, with its count and a remark.
-- Parameter: slug (of the organization).

with organization as (
    select organization_id
    from tenancy.organizations
    where slug = %(slug)s
),

steps (number, step, found, remark) as (
    select
        1,
        'products in the catalogue',
        count(*) filter (where p.is_active),
        count(*) filter (where p.is_active and p.price is null) || ' without a price: placeholders are not prices'
    from organization
    inner join catalogue.products as p on organization.organization_id = p.organization_id
    union all
    select
        2,
        'selected for a channel and day',
        count(*),
        count(distinct s.product_id) || ' different products, ' || count(distinct s.section_id)
        || ' sections of the journal'
    from organization
    inner join content.posts_core as s on organization.organization_id = s.organization_id
    union all
    select
        3,
        'texts written',
        count(*),
        'by ' || string_agg(distinct c.generator, ', ' order by c.generator)
    from organization
    inner join content.posts_content as c on organization.organization_id = c.organization_id
    union all
    select
        4,
        'texts rejected by a hard rule',
        count(distinct k.content_id),
        coalesce(string_agg(distinct k.rule_name, ', ' order by k.rule_name), 'none')
    from organization
    inner join content.compliance_checks as k
        on organization.organization_id = k.organization_id and k.severity = 'hard' and not k.is_passed
    union all
    select
        5,
        'texts approved',
        count(*) filter (where a.decision = 'approved'),
        count(*) filter (where a.is_by_rule) || ' by a rule'
    from organization
    inner join content.approvals as a on organization.organization_id = a.organization_id
    union all
    select
        6,
        'texts waiting for a reviewer',
        count(*),
        'all others that were written: syndication review list'
    from organization
    inner join content.posts_content as c
        on organization.organization_id = c.organization_id and c.state in ('generated', 'needs_review')
    union all
    select
        7,
        'posts published',
        count(*) filter (where t.state = 'published'),
        count(*) filter (where t.state = 'published' and t.is_simulated) || ' of them simulated: nothing was sent; '
        || count(*) filter (where t.state = 'scheduled') || ' more are due later'
        -- The journal takes an essay down, after texts about it were approved.
        || coalesce(
            ', ' || nullif(count(*) filter (where t.state = 'draft'), 0) || ' are held back, as expected: '
            || split_part(min(t.error_message) filter (where t.state = 'draft'), '.', 1),
            ''
        )
    from organization
    inner join publishing.post_targets as t on organization.organization_id = t.organization_id
    union all
    select
        8,
        'published posts with insights',
        count(distinct t.target_id),
        'those on Facebook, which alone has insights here; engagement ' || coalesce(sum(e.engagement_delta), 0)
        || ', marked as simulated'
    from organization
    inner join publishing.post_targets as t
        on organization.organization_id = t.organization_id and t.state = 'published'
    inner join scraping.posts as p
        on t.organization_id = p.organization_id and t.platform = p.platform and t.platform_post_id = p.urn
    left join engagement.post_engagement_daily as e on p.organization_id = e.organization_id and p.post_id = e.post_id
)

select
    step,
    found,
    remark
from steps
order by number;
