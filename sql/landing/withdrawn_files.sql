-- Stages the withdrawn files of a day as files without items, so that the following statements remove everything loaded
-- from them; not those of an archived month. A withdrawn file that has landed again is staged already, and is loaded
-- like any other file. Run it after staging the day's files. Parameters: day, sources (of the room that loads).

insert into withdrawn_files (organization_id, source, source_file_path)
select
    organization_id,
    source,
    source_file_path
from landing.files
where
    landed_on = %(day)s::date
    and source = any(%(sources)s::text[])
    and withdrawn_at is not null
    and organization_id not in (select c.organization_id from closed_organizations as c);

insert into staged_files (
    organization_id, source, source_file_path, landed_on, content_hash, size_bytes, items, items_quarantined,
    is_withdrawn
)
select
    f.organization_id,
    f.source,
    f.source_file_path,
    f.landed_on,
    f.content_hash,
    f.size_bytes,
    0,
    0,
    true
from withdrawn_files as w
inner join landing.files as f
    on w.organization_id = f.organization_id and w.source_file_path = f.source_file_path
where
    not exists (
        select
        from staged_files as s
        where s.organization_id = w.organization_id and s.source_file_path = w.source_file_path
    );
