"""Requests to language models as they are paid and recorded: reserved before, settled and logged after.

Does not belong here: prices and budgets (`operations.usage`), and what goes to the server and comes back
(`chat_completions`).
"""
