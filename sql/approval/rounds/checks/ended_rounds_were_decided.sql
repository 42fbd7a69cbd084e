-- A round that ended as approved or rejected has a decision that says so, and no step that is still open.

select
    r.round_id,
    r.subject_id,
    r.state
from approval.rounds as r
where
    r.organization_id = any(array(select organization_id from tenancy.organizations))
    and r.ended_at >= %(window_start)s::date
    and r.ended_at < %(window_end)s::date
    and r.state in ('approved', 'rejected')
    and (
        not exists (
            select from approval.decisions as d
            where
                d.organization_id = r.organization_id
                and d.round_id = r.round_id
                and d.decision::text = r.state::text
        )
        or exists (
            select from approval.round_steps as s
            where s.organization_id = r.organization_id and s.round_id = r.round_id and s.state in ('waiting', 'open')
        )
    )
