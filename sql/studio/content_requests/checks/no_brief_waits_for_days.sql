-- No brief waits longer than a day for its visual, nor for its texts. One row is an organization whose briefs do: start
-- `studio_schedule`, or run `syndication brief make`.

select
    organization_id,
    state::text,
    count(*) as briefs,
    min(state_since) as waits_since
from studio.content_requests
where
    state in ('pending', 'generated')
    and stopped_before is null
    and state_since < now() - make_interval(days => 1)
group by organization_id, state
