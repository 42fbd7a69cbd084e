-- Keeps approved texts that no slot is given to, because the network cannot get their picture: as drafts with the
-- reason.
-- Parameters: rows (a JSON list as for merge.sql), reason. A re-run writes nothing.

insert into publishing.post_targets as t (
    organization_id, content_id, content_hash, account_id, platform, channel_type, is_simulated, state, error_message
)
select
    r.organization_id,
    r.content_id,
    decode(r.content_hash, 'hex'),
    r.account_id,
    r.platform,
    r.channel_type,
    r.is_simulated,
    'draft',
    %(reason)s
from jsonb_to_recordset(%(rows)s::jsonb) as r (
    organization_id text,
    content_id text,
    content_hash text,
    account_id text,
    platform text,
    channel_type text,
    is_simulated boolean
)
on conflict (organization_id, content_id, account_id, channel_type) do update set error_message = excluded.error_message
where t.state = 'draft' and t.error_message is distinct from excluded.error_message
