-- The looks whose files say what products are in their present form, where the rows say something else and no staged
-- look says it: those looks are read again. Parameters: organization_id, vendor.

select distinct s.described_at
from staged_states as s
where
    s.present_hash <> s.content_hash
    and not exists (
        select from staged_products as t
        where
            t.organization_id = %(organization_id)s
            and t.vendor = %(vendor)s
            and t.sku = s.sku
            and t.content_hash = s.content_hash
    );
