-- Records the verified file of a month; the rows of the month no longer change from then on. A month that was restored
-- gets its new file. Parameters: the columns of operations.archives, and grace_days.

insert into operations.archives (
    organization_id, table_name, month, path, row_count, sums, days, checksum, size_bytes, sha256, seconds, removable_at
)
values (
    %(organization_id)s,
    %(table_name)s,
    %(month)s,
    %(path)s,
    %(row_count)s,
    %(sums)s,
    %(days)s,
    %(checksum)s,
    %(size_bytes)s,
    %(sha256)s,
    %(seconds)s,
    now() + make_interval(days => %(grace_days)s)
)
on conflict (organization_id, table_name, month) do update set
    state = 'written',
    path = excluded.path,
    row_count = excluded.row_count,
    sums = excluded.sums,
    days = excluded.days,
    checksum = excluded.checksum,
    size_bytes = excluded.size_bytes,
    sha256 = excluded.sha256,
    seconds = excluded.seconds,
    removable_at = excluded.removable_at,
    written_at = now(),
    verified_at = now(),
    removed_at = null,
    restored_at = null,
    problem = null;
