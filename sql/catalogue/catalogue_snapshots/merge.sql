-- One row is one snapshot of a shop's catalogue: the files that landed together, accepted or rejected. A re-run with
-- the same files and the same rules of the vendor changes nothing. Parameters: the columns under their names.

insert into catalogue.catalogue_snapshots as s (
    organization_id, vendor, observed_at, landed_on, manifest_path, status, is_complete, content_hash,
    has_category_tree, tree_hash, products, products_rejected, categories, prices_placeholder, prices_unread,
    unknown_keys, reason
)
values (
    %(organization_id)s,
    %(vendor)s,
    %(observed_at)s,
    %(landed_on)s,
    %(manifest_path)s,
    %(status)s,
    %(is_complete)s,
    %(content_hash)s,
    %(has_category_tree)s,
    %(tree_hash)s,
    %(products)s,
    %(products_rejected)s,
    %(categories)s,
    %(prices_placeholder)s,
    %(prices_unread)s,
    %(unknown_keys)s,
    %(reason)s
)
on conflict (organization_id, vendor, observed_at) do update set
    landed_on = excluded.landed_on,
    manifest_path = excluded.manifest_path,
    status = excluded.status,
    is_complete = excluded.is_complete,
    content_hash = excluded.content_hash,
    has_category_tree = excluded.has_category_tree,
    tree_hash = excluded.tree_hash,
    products = excluded.products,
    products_rejected = excluded.products_rejected,
    categories = excluded.categories,
    prices_placeholder = excluded.prices_placeholder,
    prices_unread = excluded.prices_unread,
    unknown_keys = excluded.unknown_keys,
    reason = excluded.reason,
    loaded_at = now()
where
    (
        s.manifest_path, s.status, s.is_complete, s.content_hash, s.has_category_tree, s.tree_hash, s.products,
        s.products_rejected, s.categories, s.prices_placeholder, s.prices_unread, s.unknown_keys, s.reason
    ) is distinct from (
        excluded.manifest_path, excluded.status, excluded.is_complete, excluded.content_hash,
        excluded.has_category_tree, excluded.tree_hash, excluded.products, excluded.products_rejected,
        excluded.categories, excluded.prices_placeholder, excluded.prices_unread, excluded.unknown_keys,
        excluded.reason
    );
