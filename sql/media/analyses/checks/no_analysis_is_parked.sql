-- No analysis has failed for good. One row is one reason for which an analyzer gave up on pictures: repair its cause,
-- then `syndication media retry-analyses`.

select
    organization_id,
    analyzer,
    reason,
    count(*) as pictures,
    min(analysis_id) as example
from media.analyses
where state = 'failed'
group by organization_id, analyzer, reason
order by count(*) desc
