-- One row is one open step that the user may decide now, the longest waiting first. places are those of its approvers,
-- not decided yet, that the user stands for; where no workflow names approvers, the user's own.
-- Parameters: organization_id, user_id, places (ids that the user stands for), round_id (NULL for all), most_rows.

select
    r.round_id,
    r.subject_id,
    k.noun,
    r.content_hash,
    r.content_type,
    r.platform,
    r.channel_type,
    r.generator,
    r.score,
    r.minimum_score,
    r.authors,
    r.workflow_name,
    s.step_order,
    s.step_name,
    (
        select count(*) from approval.round_steps as a
        where a.organization_id = r.organization_id and a.round_id = r.round_id
    ) as steps,
    s.needs::text,
    coalesce(s.approvers, '{}') as approvers,
    s.step_entered_at as since,
    s.remind_at,
    s.escalate_at,
    coalesce(s.escalate_at <= now(), false) as is_escalated,
    case when s.approvers is null then array[%(user_id)s::text] else p.places end as places
from approval.rounds as r
inner join approval.round_steps as s
    on r.organization_id = s.organization_id and r.round_id = s.round_id and s.state = 'open'
inner join approval.subject_kinds as k on r.subject_prefix = k.subject_prefix
cross join lateral (
    select array_agg(distinct named.place order by named.place) as places
    from unnest(s.approvers || case when s.escalate_at <= now() then s.escalation_approvers end) as named (place)
    where
        named.place = any(%(places)s::text[])
        and not exists (
            select from approval.decisions as d
            where
                d.organization_id = r.organization_id
                and d.round_id = r.round_id
                and d.step_order = s.step_order
                and d.approver = named.place
        )
) as p
where
    r.organization_id = %(organization_id)s
    and r.ended_at is null
    and (%(round_id)s::text is null or r.round_id = %(round_id)s)
    and not (r.forbids_own and %(user_id)s = any(r.authors))
    and (
        p.places is not null
        or (s.approvers is null and approval.has_right(r.organization_id, %(user_id)s, k.permission))
    )
order by s.step_entered_at, r.round_id
limit %(most_rows)s
