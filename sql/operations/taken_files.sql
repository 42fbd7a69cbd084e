-- One row is one landed file of these days that the room that reads its source has taken, into its tables or into
-- quarantine, with its size where the room keeps it. Of a look at a shop's catalogue it is the manifest, of a withdrawn
-- file nothing. Parameters: days.

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
where landed_on = any(%(days)s::date[])
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
