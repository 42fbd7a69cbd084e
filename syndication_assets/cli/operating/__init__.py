"""Commands of operations: alerts, backups, archives, retention, usage, history."""
