-- No action is in progress for more than a day: whoever started it says what came of it, with
-- `syndication action complete`, `fail` or `cancel`. It is never started again.

select
    organization_id,
    action_id,
    started_at
from curation.actions
where state = 'in_progress' and started_at < now() - interval '1 day';
