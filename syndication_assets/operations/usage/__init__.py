"""What calls cost: the ledger of calls, its totals a day, budgets, and the report of usage."""
