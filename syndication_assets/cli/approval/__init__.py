"""`syndication approval`: workflows, what waits for whom, decisions, delegations."""
