set local role syndication_owner;

delete from operations.api_quotas
where provider in ('freepik', 'freepik_downloads', 'pexels', 'unsplash', 'openverse');

drop table media.stock_searches;
drop table media.stock_images;
drop table media.stock_sources;
drop type media.attribution_duty;
drop sequence media.stock_image_id_sequence;
