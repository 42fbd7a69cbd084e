-- One row is one decision on one text. This statement decides by rule: it approves a text that complies with all hard
-- rules if content.approval_rules covers its channel, its generator and its score. Any other text gets the state
-- needs_review and waits for a person. Each text is decided once; changed rules apply to later texts.
-- Parameters: window_start, window_end (dates, the end exclusive). A re-run decides only on undecided texts.

-- A person may be deciding on the same text: wait for that transaction, so that the next statement sees its result.
select count(*)
from (
    select c.content_id
    from content.posts_core as p
    inner join content.posts_content as c on p.organization_id = c.organization_id and p.post_core_id = c.post_core_id
    where
        p.planned_on >= %(window_start)s::date
        and p.planned_on < %(window_end)s::date
        and c.state = 'generated'
    order by c.organization_id, c.content_id
    for update of c
) as locked;

with undecided as (
    select
        c.organization_id,
        c.content_id,
        r.platform || '/' || r.channel_type as rule_name
    from content.posts_core as p
    inner join content.posts_content as c on p.organization_id = c.organization_id and p.post_core_id = c.post_core_id
    left join content.product_selections as s
        on p.organization_id = s.organization_id and p.selection_id = s.selection_id
    left join content.approval_rules as r
        on
            p.organization_id = r.organization_id
            and p.platform = r.platform
            and p.channel_type = r.channel_type
            and r.is_active
            and c.generator = any(r.generators)
            and coalesce(s.score, 0) >= r.minimum_score
            and exists (
                select
                from content.compliance_checks as k
                where k.organization_id = c.organization_id and k.content_id = c.content_id
            )
            and not exists (
                select
                from content.compliance_checks as k
                where
                    k.organization_id = c.organization_id
                    and k.content_id = c.content_id
                    and k.severity = 'hard'
                    and not k.is_passed
            )
            -- Edits may have made two variations identical: approve only one. By timing they are identical on purpose.
            and (
                s.variations_by = 'timing'
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
            )
    where
        p.planned_on >= %(window_start)s::date
        and p.planned_on < %(window_end)s::date
        and c.state = 'generated'
),

decided as (
    update content.posts_content as c
    set state = case when u.rule_name is null then 'needs_review' else 'approved' end::content.content_state
    from undecided as u
    where c.organization_id = u.organization_id and c.content_id = u.content_id and c.state = 'generated'
    returning c.organization_id, c.content_id, c.content_hash, c.state, u.rule_name
),

written_rows as (
    insert into content.approvals (organization_id, content_id, content_hash, decision, decided_by, is_by_rule)
    select
        organization_id,
        content_id,
        content_hash,
        'approved',
        rule_name,
        true
    from decided
    where state = 'approved'
    order by organization_id, content_id
    on conflict (organization_id, content_id, decision) do nothing
    returning content_id
)

select
    (select count(*) from written_rows) as rows_written,
    (select count(*) from decided where state = 'needs_review') as texts_left_for_review;
