-- The newest visual of a brief has a picture that is posted in each channel of the brief. One row is a channel without
-- one.

select
    a.organization_id,
    a.asset_id,
    c.platform,
    c.channel_type
from studio.generated_assets as a
inner join studio.request_channels as c on a.organization_id = c.organization_id and a.request_id = c.request_id
where
    a.is_newest
    and not exists (
        select
        from studio.asset_variants as v
        where
            v.organization_id = a.organization_id
            and v.asset_id = a.asset_id
            and v.platform = c.platform
            and v.channel_type = c.channel_type
            and v.is_posted
    )
