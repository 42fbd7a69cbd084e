-- No snapshot was observed in the future. One row is a snapshot of any day with a future time: a clock or a file name
-- is wrong. Files without a time count as observed at noon of their day, which may still lie ahead.

select
    organization_id,
    download_id,
    post_id,
    downloaded_at,
    source_file_path
from scraping.data_downloads
where
    downloaded_at > now()
    and (
        observed_at_source <> 'noon'
        or (downloaded_at at time zone 'utc')::date > (now() at time zone 'utc')::date
    )
