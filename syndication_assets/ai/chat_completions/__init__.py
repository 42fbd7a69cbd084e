"""One question to a language model behind any server that speaks OpenAI's chat completions.

Belongs here: the request, and how its answer, its errors and its tokens are read. What the request costs, and its
record, are in `calls`.
"""
