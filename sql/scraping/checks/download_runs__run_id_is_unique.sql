-- A run id names one run, in whatever organization. One row is an id that several organizations use: the id sequence
-- was set back, or rows were copied by hand.

select
    run_id,
    string_agg(organization_id, ', ' order by organization_id) as organization_ids,
    count(*) as found
from scraping.download_runs
group by run_id
having count(*) > 1
