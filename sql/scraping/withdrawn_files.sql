-- The day's files that somebody took back, as files that say nothing: the statements that follow then remove what they
-- said. One that has landed again under its path is staged already, and is read like any other.
-- Parameters: day, organization_id, source, run_id. Run it once for each source, after its files were staged.

insert into withdrawn_files (organization_id, source, source_file_path)
select
    organization_id,
    source,
    source_file_path
from scraping.landed_files
where
    organization_id = %(organization_id)s
    and source = %(source)s
    and landed_on = %(day)s::date
    and withdrawn_at is not null;

insert into staged_files (
    organization_id, run_id, source, source_file_path, content_hash, size_bytes, items, items_quarantined, is_withdrawn
)
select
    f.organization_id,
    %(run_id)s,
    f.source,
    f.source_file_path,
    f.content_hash,
    f.size_bytes,
    0,
    0,
    true
from withdrawn_files as w
inner join scraping.landed_files as f
    on w.organization_id = f.organization_id and w.source_file_path = f.source_file_path
where
    w.organization_id = %(organization_id)s
    and w.source = %(source)s
    and not exists (
        select
        from staged_files as s
        where s.organization_id = w.organization_id and s.source_file_path = w.source_file_path
    );
