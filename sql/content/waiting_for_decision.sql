-- One row is an undecided text with the hard rules that it breaks, the earliest planned day first.
-- Parameters: organization (a slug; NULL for all organizations).

select
    c.content_id,
    p.planned_on,
    p.platform || '/' || p.channel_type as channel,
    c.generator,
    c.state::text as state,
    coalesce(
        (
            select string_agg(k.rule_name || ': ' || k.reason, '; ' order by k.rule_name)
            from content.compliance_checks as k
            where
                k.organization_id = c.organization_id
                and k.content_id = c.content_id
                and k.severity = 'hard'
                and not k.is_passed
        ),
        ''
    ) as reasons,
    p.post_kind::text as kind
from content.posts_content as c
inner join content.posts_core as p on c.organization_id = p.organization_id and c.post_core_id = p.post_core_id
inner join tenancy.organizations as o on c.organization_id = o.organization_id
where c.state in ('generated', 'needs_review') and coalesce(o.slug = %(organization)s, true)
order by p.planned_on, c.content_id
