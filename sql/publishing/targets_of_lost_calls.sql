-- One row is one lost call with the target that it published: of the same account and channel and with the same words.
-- Of several targets with these words (variations by timing, a repeated post), each call takes another one, its own id
-- first. A cancelled target is never sent, so its call keeps waiting for a person. A re-run finds the other calls only.

with candidates as (
    select
        l.organization_id,
        l.call_id,
        l.publisher,
        l.called_at,
        t.target_id,
        t.state::text as state,
        row_number() over (
            partition by l.organization_id, l.call_id
            order by
                t.target_id = l.recorded_target_id desc,
                t.state = 'published' asc,
                t.scheduled_at asc,
                t.target_id asc
        ) as target_rank,
        row_number() over (
            partition by t.organization_id, t.target_id
            order by t.target_id = l.recorded_target_id desc, l.called_at asc, l.call_id asc
        ) as call_rank
    from publishing.lost_calls as l
    inner join publishing.post_targets as t
        on
            l.organization_id = t.organization_id
            and l.account_id = t.account_id
            and l.channel_type = t.channel_type
            and l.content_hash = t.content_hash
    where
        l.target_id is null
        and l.released_at is null
        and not t.is_simulated
        and t.state <> 'cancelled'
        -- Published before the backup: the call published another target with the same words.
        and not (t.state = 'published' and t.target_id <> l.recorded_target_id)
        and not exists (
            select
            from publishing.lost_calls as other
            where other.organization_id = t.organization_id and other.target_id = t.target_id
        )
)

select
    organization_id,
    call_id,
    publisher,
    called_at,
    target_id,
    state
from candidates
where target_rank = 1 and call_rank = 1
order by called_at, call_id
