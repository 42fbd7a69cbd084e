-- No snapshot was observed later than now. One row is one that was, on whatever day: a clock or a file's name is
-- wrong. A file without a time counts as observed at noon of its day, and may be early.

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
