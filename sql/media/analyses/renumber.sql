-- What waits in the queue of an analyzer for another version waits for the one that is used now. Parameters:
-- organization_id, analyzer, version. A re-run changes nothing.

update media.analyses as a
set
    version = %(version)s,
    attempts = 0
where
    a.organization_id = %(organization_id)s
    and a.analyzer = %(analyzer)s
    and a.state = 'pending'
    and a.version <> %(version)s
    and not exists (
        select from media.analyses as same
        where
            same.organization_id = a.organization_id
            and same.sha256 = a.sha256
            and same.analyzer = a.analyzer
            and same.version = %(version)s
    )
