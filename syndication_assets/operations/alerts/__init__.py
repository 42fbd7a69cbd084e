"""Alerts: the memory of problems, who is told of them, and the delivery by mail and webhooks.

What counts as a problem belongs to `operations.conditions`; what Dagster knows of runs and checks, to automation.
"""
