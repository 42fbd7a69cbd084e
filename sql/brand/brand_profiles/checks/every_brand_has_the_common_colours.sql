-- The current version of every brand has the five colours that templates of all brands use.

select
    organization_id,
    brand_name,
    version,
    array(
        select name from unnest('{primary,secondary,accent,dark,light}'::text[]) as n (name)
        where not colours ? name
        order by name
    ) as missing_colours
from brand.brand_versions
where is_current and not colours ?& '{primary,secondary,accent,dark,light}'
