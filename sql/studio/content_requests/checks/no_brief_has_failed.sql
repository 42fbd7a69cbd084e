-- No brief has failed for good. One row is one reason for which the studio gave up on briefs: change what it names,
-- then `syndication brief retry`, or `syndication brief cancel`.

select
    organization_id,
    reason,
    count(*) as briefs,
    min(request_id) as example
from studio.content_requests
where state = 'failed'
group by organization_id, reason
order by count(*) desc
