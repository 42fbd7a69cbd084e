"""Running the database and paying for APIs: month partitions, backups, usage and budgets, alerts, history, webhooks.

Here belongs what every room needs to operate. The paid calls themselves do not: they belong to the rooms that make
them, which reserve and settle their cost here.
"""
