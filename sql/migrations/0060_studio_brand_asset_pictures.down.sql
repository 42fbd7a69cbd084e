set local role syndication_owner;

drop view studio.brand_asset_pictures;

create or replace trigger generated_assets_are_immutable
before update of request_id, version, brand_id, brand_version, template_id, template_version, stock_image_id, fields,
corrections on studio.generated_assets
for each row execute function studio.reject_change_of_visual();

alter table studio.generated_assets drop column pattern_asset_id;
