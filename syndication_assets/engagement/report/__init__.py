"""The weekly report: its numbers, charts, pages and CSV files."""
