-- Every picture has a result for each rule that was active when it was made. One row is a picture without any result.

select
    v.organization_id,
    v.variant_id
from studio.asset_variants as v
where
    not exists (
        select
        from studio.compliance_results as r
        where r.organization_id = v.organization_id and r.variant_id = v.variant_id
    )
