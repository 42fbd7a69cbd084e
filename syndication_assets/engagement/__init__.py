"""What snapshots of posts add up to: daily rollups, values at equal age, the weekly report, the ranking of products.

All of it can be rebuilt from the scraping tables, except for the user-maintained metric definitions and priority
factors. Parsing and loading scraped files belong in `scraping`, the choice of what to write in `content`.
"""
