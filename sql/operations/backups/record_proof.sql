-- Records the outcome of a proof in the row of its backup, in place of an earlier one.
-- Parameters: backup_name, restore_seconds (NULL if nothing was restored), proof_problem (NULL if it is proven).

update operations.backups
set
    proven_at = clock_timestamp(),
    is_proven = %(proof_problem)s::text is null,
    restore_seconds = %(restore_seconds)s,
    proof_problem = %(proof_problem)s
where backup_name = %(backup_name)s;
