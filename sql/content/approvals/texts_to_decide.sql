-- One row is one undecided text without an open round, or the named one, as its round describes it. complies: it was
-- checked, breaks no hard rule and repeats no other variation, so that an automatic rule may cover it.
-- Parameters: window_start, window_end (dates, the end exclusive; NULL for all), content_id (NULL for all),
-- only_workflows (whether only texts of organizations with an active workflow).

select
    c.organization_id,
    c.content_id as subject_id,
    'text' as noun,
    c.content_hash,
    p.post_kind::text as content_type,
    p.platform,
    p.channel_type,
    c.generator,
    s.score,
    content.authors_of(c.organization_id, c.post_core_id, c.variation) as authors,
    k.is_checked
    and not k.is_broken
    and (
        coalesce(s.variations_by = 'timing', false)
        or not exists (
            select
            from content.posts_content as o
            where
                o.organization_id = c.organization_id
                and o.post_core_id = c.post_core_id
                and o.content_hash = c.content_hash
                and o.variation <> c.variation
                and (o.state = 'approved' or (o.state = 'generated' and o.variation < c.variation))
        )
    ) as complies
from content.posts_content as c
inner join content.posts_core as p on c.organization_id = p.organization_id and c.post_core_id = p.post_core_id
left join content.product_selections as s on p.organization_id = s.organization_id and p.selection_id = s.selection_id
cross join lateral (
    select
        count(*) > 0 as is_checked,
        coalesce(bool_or(r.severity = 'hard' and not r.is_passed), false) as is_broken
    from content.compliance_checks as r
    where r.organization_id = c.organization_id and r.content_id = c.content_id
) as k
where
    case
        when %(content_id)s::text is null then c.state in ('generated', 'needs_review')
        else c.content_id = %(content_id)s
    end
    and (%(window_start)s::date is null or p.planned_on >= %(window_start)s::date)
    and (%(window_end)s::date is null or p.planned_on < %(window_end)s::date)
    and (
        not %(only_workflows)s
        or exists (
            select from approval.workflows as w
            where w.organization_id = c.organization_id and w.is_active
        )
    )
    and not exists (
        select from approval.rounds as o
        where o.organization_id = c.organization_id and o.subject_id = c.content_id and o.ended_at is null
    )
    -- A brief that waits for a person before the decision is left alone, unless a person decides.
    and (
        %(content_id)s::text is not null
        or not exists (
            select
            from studio.content_requests as b
            where
                b.organization_id = p.organization_id
                and b.request_id = p.request_id
                and 'decision' = any(b.stop_before)
        )
    )
order by c.organization_id, c.content_id
for update of c
