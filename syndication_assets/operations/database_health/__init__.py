"""Measures the project's own database: its tables, indexes, statements, connections and the log of Dagster.

What is a problem is in the rows of conditions; what people see, in the command line and the weekly report.
"""
