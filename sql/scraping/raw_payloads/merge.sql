-- One row is one distinct item of a day's landed files, as its exact text: the only copy, to which snapshots and posts
-- refer by its hash. A load stores its items in batches. A re-run adds nothing; neither does an identical item in
-- another file, and the row names the first file by path. Parameters: day.

insert into scraping.raw_payloads as r (
    organization_id, landed_on, source, payload_hash, source_file_path, position, run_id, payload
)
select distinct on (organization_id, source, payload_hash)
    organization_id,
    %(day)s::date,
    source,
    payload_hash,
    source_file_path,
    position,
    run_id,
    payload
from staged_items
order by organization_id asc, source asc, payload_hash asc, source_file_path asc, position asc
on conflict (organization_id, landed_on, source, payload_hash) do update set
    source_file_path = excluded.source_file_path,
    position = excluded.position,
    run_id = excluded.run_id
where (excluded.source_file_path, excluded.position) < (r.source_file_path, r.position);

truncate staged_items;
