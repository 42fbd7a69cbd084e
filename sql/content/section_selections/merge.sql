-- One row is the section selected for one channel and day. Documents published by the end of the day come newest first,
-- the sections of a document in order. The channels are those of content.section_channels.
-- A channel gets each section once, whatever the day of its selection. Only if the platform rejected every post of a
-- section is it selected again, up to three times in total; a section that a person rejected or cancelled is not.
-- A channel without a section left has no row on that day, which is normal.
-- A day depends on the files observed by its end and on existing selections, so a backfill gives the same result. A
-- re-run keeps every selection.
-- Reads the steps waiting_channels and candidates. Parameters: selected_on (a date). Returns the number of waiting
-- channels and of selected sections.

with choices as (
    select distinct on (organization_id, platform, channel_type)
        organization_id,
        platform,
        channel_type,
        section_id,
        attempt,
        count(*) over (partition by organization_id, platform, channel_type) - 1 as sections_left
    from candidates
    order by
        organization_id asc,
        platform asc,
        channel_type asc,
        published_at desc,
        source asc,
        remote_document_id asc,
        position asc
),

written_rows as (
    insert into content.section_selections (
        organization_id, platform, channel_type, selected_on, section_id, attempt, sections_left
    )
    select
        organization_id,
        platform,
        channel_type,
        %(selected_on)s::date,
        section_id,
        attempt,
        sections_left
    from choices
    order by organization_id, platform, channel_type
    returning organization_id
)

select
    (select count(*) from waiting_channels) as channels_waiting,
    (select count(*) from written_rows) as rows_written;
