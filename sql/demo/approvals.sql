-- One row is a brief of a batch with who approved its texts, step by step. Parameters: organization_id, batch.

select
    r.request_id,
    string_agg(
        format(
            '%%s: %%s%%s',
            s.step_name,
            tenancy.actor_name(d.decided_by),
            case when d.approver <> d.decided_by then ' for ' || tenancy.actor_name(d.approver) else '' end
        ),
        '; ' order by s.step_order
    ) as approved
from studio.content_requests as r
inner join content.brief_posts as p on r.organization_id = p.organization_id and r.request_id = p.request_id
inner join approval.rounds as o on p.organization_id = o.organization_id and p.content_id = o.subject_id
inner join approval.round_steps as s on o.organization_id = s.organization_id and o.round_id = s.round_id
inner join approval.decisions as d
    on s.organization_id = d.organization_id and s.round_id = d.round_id and s.step_order = d.step_order
where r.organization_id = %(organization_id)s and r.batch_name = %(batch)s and d.decision = 'approved'
group by r.request_id
