-- Media: files that have become old move to an archive, and pauses between two media of a host vary.

set local role syndication_owner;

alter table media.media_files add column archived_at timestamptz;
comment on column media.media_files.archived_at is
'When the file was moved below SYNDICATION_MEDIA_ARCHIVE_URL, at the same path; NULL while it is below '
'SYNDICATION_MEDIA_URL. Its small copies stay there.';

alter table tenancy.settings disable trigger settings_changes;

insert into tenancy.settings
(
    setting, data_type, default_value, minimum, maximum, choices, pattern, is_of_organizations, is_encrypted,
    is_read_only, description
)
values
(
    'media.archive_after_days', 'integer', '90', 1, 36500, null, null, true, false, false,
    'After how many days a stored file of a post moves to SYNDICATION_MEDIA_ARCHIVE_URL.'
);

alter table tenancy.settings enable trigger settings_changes;

create view media.files_to_archive with (security_invoker = true) as
select
    f.organization_id,
    f.media_file_id,
    f.object_path,
    f.sha256,
    f.size_bytes
from media.media_files as f
inner join (
    select
        organization_id,
        now() - make_interval(days => tenancy.setting('media.archive_after_days', organization_id)::integer) as before
    from tenancy.organizations
) as o on f.organization_id = o.organization_id
where
    f.archived_at is null
    and f.created_at < o.before
    and exists (
        select from media.cached_media as c
        where c.organization_id = f.organization_id and c.media_file_id = f.media_file_id
    )
    and not exists (
        select from media.file_uses as u
        where
            u.organization_id = f.organization_id and u.media_file_id = f.media_file_id and u.used_as <> 'post medium'
    );

comment on view media.files_to_archive is
'One row is one stored file that is old enough to move to the archive: one that posts have, and nothing else, such as '
'a brand or a visual.';

create view media.archive_status with (security_invoker = true) as
select
    o.organization_id,
    coalesce(a.files, 0) as archived_files,
    coalesce(a.bytes, 0) as archived_bytes,
    coalesce(d.files, 0) as due_files,
    coalesce(d.bytes, 0) as due_bytes
from tenancy.organizations as o
left join (
    select
        organization_id,
        count(*) as files,
        sum(size_bytes)::bigint as bytes
    from media.media_files
    where archived_at is not null
    group by organization_id
) as a on o.organization_id = a.organization_id
left join (
    select
        organization_id,
        count(*) as files,
        sum(size_bytes)::bigint as bytes
    from media.files_to_archive
    group by organization_id
) as d on o.organization_id = d.organization_id;

comment on view media.archive_status is
'One row is what an organization has in the archive of media, and what is old enough to move there.';
comment on column media.archive_status.archived_files is 'Files in the archive.';
comment on column media.archive_status.archived_bytes is 'Their bytes.';
comment on column media.archive_status.due_files is 'Files that the next run moves.';
comment on column media.archive_status.due_bytes is 'Their bytes.';

grant select on media.files_to_archive, media.archive_status to syndication_pipeline, syndication_reader;

alter table media.host_limits add column jitter_seconds numeric(8, 3) not null default 0;
alter table media.host_limits add check (jitter_seconds >= 0);
comment on column media.host_limits.pause_seconds is 'Pause on a connection after each medium, at least.';
comment on column media.host_limits.jitter_seconds is
'Up to how many seconds each pause is longer, at random, so that media are not fetched at a beat.';
