set local role syndication_owner;

-- Nobody changed these rows.
alter table operations.api_quotas disable trigger api_quotas_changes;
delete from operations.api_quotas
where provider in ('freepik', 'freepik_downloads', 'pexels', 'unsplash', 'openverse');
alter table operations.api_quotas enable trigger api_quotas_changes;

drop table media.stock_searches;
drop table media.stock_images;
drop table media.stock_sources;
drop type media.attribution_duty;
drop sequence media.stock_image_id_sequence;
