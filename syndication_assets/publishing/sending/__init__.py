"""Sends due posts once: leases, holds, limits, the call, its record, and what becomes of lost calls."""
