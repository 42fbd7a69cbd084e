-- One row is one decision on one text. These statements decide by rule: they approve a text that complies with all hard
-- rules if content.approval_rules covers its channel, its generator and its score. Any other text gets the state
-- needs_review and waits for a person. Each text is decided once; changed rules apply to later texts. Texts that follow
-- a workflow have their rounds before, and are not undecided any more. The row of an approval is written when its round
-- ends (content.follow_round).
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

create temporary table undecided on commit drop as
select
    c.organization_id,
    c.content_id,
    c.content_hash,
    c.generator,
    p.post_kind::text as content_type,
    p.platform,
    p.channel_type,
    s.score,
    content.authors_of(c.organization_id, c.post_core_id, c.variation) as authors,
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
    -- A brief that waits for a person before the decision is left alone.
    and not exists (
        select
        from studio.content_requests as b
        where
            b.organization_id = p.organization_id
            and b.request_id = p.request_id
            and 'decision' = any(b.stop_before)
    );

-- Rounds without statistics are taken for few: an index keeps the joins below from comparing every pair.
create unique index on undecided (organization_id, content_id);
analyze undecided;

update content.posts_content as c
set state = 'needs_review'
from undecided as u
where c.organization_id = u.organization_id and c.content_id = u.content_id and u.rule_name is null;

-- An edited text has its round already.
insert into approval.rounds (
    organization_id, subject_id, content_hash, content_type, platform, channel_type, generator, score, authors
)
select
    organization_id,
    content_id,
    content_hash,
    content_type,
    platform,
    channel_type,
    generator,
    score,
    authors
from undecided
order by organization_id, content_id
on conflict (organization_id, subject_id) where ended_at is null do nothing;

insert into approval.round_steps (organization_id, round_id, step_order, step_name, needs, state, step_entered_at)
select
    r.organization_id,
    r.round_id,
    1,
    'decision',
    'any',
    case when u.rule_name is null then 'open' else 'skipped' end::approval.step_state,
    r.created_at
from undecided as u
inner join approval.rounds as r
    on u.organization_id = r.organization_id and u.content_id = r.subject_id and r.ended_at is null
on conflict (organization_id, round_id, step_order) do update
    set state = excluded.state
    where round_steps.state = 'open' and excluded.state = 'skipped';

insert into approval.decisions (organization_id, round_id, step_order, approver, decision, decided_by, is_by_rule)
select
    r.organization_id,
    r.round_id,
    1,
    u.rule_name,
    'approved',
    u.rule_name,
    true
from undecided as u
inner join approval.rounds as r
    on u.organization_id = r.organization_id and u.content_id = r.subject_id and r.ended_at is null
where u.rule_name is not null;

update approval.rounds as r
set state = 'approved', ended_at = now()
from undecided as u
where
    r.organization_id = u.organization_id
    and r.subject_id = u.content_id
    and r.ended_at is null
    and u.rule_name is not null;

select
    count(*) filter (where rule_name is not null) as rows_written,
    count(*) filter (where rule_name is null) as texts_left_for_review
from undecided;
