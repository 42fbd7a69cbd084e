-- One row is one reason why items that landed in the days up to last_day could not be loaded, most frequent first.
-- Parameters: last_day (date, included), days (how many days, last_day included).
--
-- Items that were replayed since are left out: nothing of them is missing. Reads as syndication_reader with
-- app.organization_id set; changes nothing.

select
    source,
    reason,
    count(*)::integer as items,
    (count(*) filter (where position is null))::integer as whole_files
from landing.quarantine
where
    landed_on > %(last_day)s::date - %(days)s::integer
    and landed_on <= %(last_day)s::date
    and replayed_at is null
group by source, reason
order by items desc, source asc, reason asc;
