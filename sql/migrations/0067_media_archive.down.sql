-- Forgets which files are in the archive. Those of the release before look for them below SYNDICATION_MEDIA_URL only:
-- bring them back first.

set local role syndication_owner;

do $$
begin
    if exists (select from media.media_files where archived_at is not null) then
        raise exception 'Media files are in the archive, where the release before does not look for them.'
        using hint = 'Bring them back first: `syndication media unarchive`.';
    end if;
end;
$$;

alter table media.host_limits drop column jitter_seconds;
comment on column media.host_limits.pause_seconds is 'Pause on a connection after each medium.';

drop view media.archive_status;
drop view media.files_to_archive;

alter table tenancy.settings disable trigger settings_changes;
delete from tenancy.settings where setting = 'media.archive_after_days';
alter table tenancy.settings enable trigger settings_changes;

alter table media.media_files drop column archived_at;
