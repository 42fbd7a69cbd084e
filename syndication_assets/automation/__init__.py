"""What runs when: jobs, schedules, sensors, range runs and the Dagster instance.

Jobs select assets by their tags. Assets, checks and their SQL belong in the rooms, commands in `cli`.
"""
