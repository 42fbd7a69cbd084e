set local role syndication_owner;

alter table media.stock_images drop column removed_at;
