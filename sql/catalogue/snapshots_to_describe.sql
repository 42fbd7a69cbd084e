-- One row is the time of one snapshot to read again: it holds the current description of a product whose row has
-- another description, and no staged snapshot has it. Parameters: organization_id, vendor.

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
