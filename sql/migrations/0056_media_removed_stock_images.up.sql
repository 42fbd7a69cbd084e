-- A stock image that must not be chosen any more stays for the visuals that show it.

set local role syndication_owner;

alter table media.stock_images add column removed_at timestamptz;
comment on column media.stock_images.removed_at is
'When a person took it out of the stock: no brief takes it any more; NULL if it may be taken.';
