-- One row is one approved text for one account and channel: the publishing queue.
--
-- Parameter: rows, a JSON list of organization_id, content_id, content_hash (hex), account_id, platform, channel_type,
-- schedule_id, slot_at, scheduled_at and is_simulated. Slots are assigned in advance; without a free slot schedule_id,
-- slot_at and scheduled_at are null and the target is ready. Existing draft and ready targets get their slot; targets
-- in any other state are never changed, so a re-run writes nothing, even after a schedule was changed.

with slots as (
    select
        r.*,
        case when r.scheduled_at is null then 'ready' else 'scheduled' end::publishing.target_state as state
    from jsonb_to_recordset(%(rows)s::jsonb) as r (
        organization_id text,
        content_id text,
        content_hash text,
        account_id text,
        platform text,
        channel_type text,
        schedule_id text,
        slot_at timestamptz,
        scheduled_at timestamptz,
        is_simulated boolean
    )
),

written as (
    insert into publishing.post_targets as t (
        organization_id, content_id, content_hash, account_id, platform, channel_type, schedule_id, slot_at,
        scheduled_at, is_simulated, state
    )
    select
        organization_id,
        content_id,
        decode(content_hash, 'hex') as content_hash,
        account_id,
        platform,
        channel_type,
        schedule_id,
        slot_at,
        scheduled_at,
        is_simulated,
        state
    from slots
    on conflict (organization_id, content_id, account_id, channel_type) do update set
        state = excluded.state,
        schedule_id = excluded.schedule_id,
        slot_at = excluded.slot_at,
        scheduled_at = excluded.scheduled_at,
        is_simulated = excluded.is_simulated,
        error_message = null
    where t.state in ('draft', 'ready') and (t.state <> excluded.state or t.error_message is not null)
    returning state
)

select
    (select count(*) from slots) as rows_computed,
    count(*) as rows_written,
    count(*) filter (where state = 'ready') as rows_without_a_slot
from written
