-- Deletes the items of a day that only withdrawn files contained: the withdrawn file itself is the evidence. Run it
-- before raw_payloads/merge.sql, which stores what another file, or the same file landed again, contains too. The
-- ledger and the payloads of the day are locked by the load. Parameters: day, sources (of the room).

delete from scraping.raw_payloads as r using landing.files as w
where
    w.landed_on = %(day)s::date
    and w.source = any(%(sources)s::text[])
    and w.withdrawn_at is not null
    and r.organization_id = w.organization_id
    and r.landed_on = %(day)s::date
    and r.source = w.source
    and r.source_file_path = w.source_file_path
    and r.organization_id not in (select c.organization_id from closed_organizations as c);
