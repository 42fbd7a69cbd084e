"""The Dagster UI behind a guard: only this machine, or a signed-in proxy, reaches it."""
