"""The history of executions: what each step of the pipeline did for each organization, and what started it.

What a step counts belongs to its room; Dagster's own runs, to Dagster.
"""
