-- Drops the media schema: what became of each URL is lost. The stored files stay below SYNDICATION_MEDIA_URL.

set local role syndication_owner;

comment on column scraping.media_records.mime_type is 'MIME type of the cached file; NULL if it is not cached.';
comment on column scraping.media_records.file_size is
'Size of the cached file in bytes; NULL if it is not cached.';
comment on column scraping.media_records.local_file_path is 'Path of the cached file; NULL if it is not cached.';

create or replace view scraping.post_media with (security_invoker = true) as
select
    m.organization_id,
    m.media_id,
    m.post_id,
    m.media_key,
    m.media_type,
    case
        when m.is_current then coalesce(
            (
                select btrim(u.string #>> '{}')
                from jsonb_path_query(
                    scraping.newest_payload(m.organization_id, m.post_id), '$.** ? (@.type() == "string")'
                ) with ordinality u (string, place)
                where strpos(u.string #>> '{}', m.media_key) > 0
                    and m.media_key = btrim(split_part(split_part(
                        regexp_replace(btrim(u.string #>> '{}'), '^([a-zA-Z][a-zA-Z0-9+.-]*:)?//', ''), '#', 1
                    ), '?', 1))
                order by u.place
                limit 1
            ),
            m.media_url
        )
        else m.media_url
    end as media_url,
    m.position,
    m.width,
    m.height,
    m.title,
    m.page_count,
    m.mime_type,
    m.file_size,
    m.local_file_path,
    m.first_seen_at,
    case
        when m.is_current then greatest(
            m.last_seen_at,
            (
                select max(s.downloaded_at) from scraping.snapshots s
                where s.organization_id = m.organization_id and s.post_id = m.post_id and s.is_description
            )
        )
        else m.last_seen_at
    end as last_seen_at,
    m.created_at,
    m.updated_at
from scraping.media_records m
join scraping.post_records r on r.organization_id = m.organization_id and r.post_id = m.post_id;

comment on column scraping.post_media.mime_type is 'MIME type of the cached file; NULL if it is not cached.';
comment on column scraping.post_media.file_size is 'Size of the cached file in bytes; NULL if it is not cached.';
comment on column scraping.post_media.local_file_path is 'Path of the cached file; NULL if it is not cached.';

alter table tenancy.role_permissions disable trigger role_permissions_changes;
delete from tenancy.role_permissions where permission = 'media.edit';
delete from tenancy.permissions where permission = 'media.edit';
alter table tenancy.role_permissions enable trigger role_permissions_changes;

drop schema media cascade;
