-- A process keeps failing. One row is one step of an organization, and channel where it counts by channel, whose newest
-- executions of the last seven days failed or were killed at least as often as the threshold; value is that number.
-- Any better end starts the count again. Only where a whole step failed, an execution that found nothing to do is one:
-- of a channel it proves nothing. Nothing runs for a week, so the months before the last two weeks are not read.
-- Parameter: threshold.

select
    h.organization_id,
    concat_ws(' ', h.step, h.platform || '/' || h.channel_type, h.content_process) as subject,
    min(h.finished_at) as since,
    count(*) as value,
    format(
        '%%s has failed %%s times in a row. %%s See `syndication history --step %%s`.',
        h.step, count(*), (array_agg(h.error_message order by h.finished_at desc))[1], h.step
    ) as message
from operations.execution_history as h
where
    h.status in ('failed', 'killed')
    and h.executed_on >= ((now() - interval '7 days') at time zone 'utc')::date
    and coalesce(h.started_at, h.finished_at) >= now() - interval '7 days'
    and not exists (
        select
        from operations.execution_history as better
        where
            better.organization_id = h.organization_id
            and better.process = h.process
            and better.step = h.step
            and better.executed_on >= ((now() - interval '14 days') at time zone 'utc')::date
            and better.finished_at > h.finished_at
            and (
                better.status in ('success', 'partial')
                and (
                    h.platform is null
                    or (better.platform, better.channel_type, better.content_process)
                    is not distinct from (h.platform, h.channel_type, h.content_process)
                )
                or better.status = 'idle' and h.platform is null
            )
    )
group by h.organization_id, h.process, h.step, h.platform, h.channel_type, h.content_process
having count(*) >= %(threshold)s
