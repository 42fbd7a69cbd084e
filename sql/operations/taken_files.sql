-- One row is one landed file of these days that the room that reads its source has taken, into its tables or into
-- quarantine, with its size where the room keeps it. Of a look at a shop's catalogue it is the manifest; one that was
-- refused is not taken, because files that it names may still be on their way. A withdrawn file of posts is none.
-- Parameters: days, sources_of_other_rooms.

select
    source_file_path,
    size_bytes
from scraping.landed_files
where
    landed_on = any(%(days)s::date[])
    and withdrawn_at is null
union all
select
    manifest_path,
    null
from catalogue.catalogue_snapshots
where
    landed_on = any(%(days)s::date[])
    and status = 'loaded'
union all
select
    source_file_path,
    null
from content.document_observations
where
    organization_id = any(array(select organization_id from tenancy.organizations))
    and landed_on = any(%(days)s::date[])
union all
select
    source_file_path,
    null
from scraping.quarantine
where
    organization_id = any(array(select organization_id from tenancy.organizations))
    and landed_on = any(%(days)s::date[])
    and source = any(%(sources_of_other_rooms)s::text[])
    and replayed_at is null;
