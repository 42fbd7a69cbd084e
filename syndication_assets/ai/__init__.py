"""Language models: the client, the parts that every prompt is built from, and the log of requests.

Belongs here: what works the same for any text that a model is asked for. What a prompt says about posts, products or
documents stays in the room that needs the text; prices and budgets are in `operations`.
"""
