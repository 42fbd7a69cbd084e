"""HTTP for every room: one client with retries and limits, public URLs from outside, redaction of secrets.

What a status or a body means belongs to the room that sends the request.
"""

import logging

# httpx2 logs the URL of every request at INFO, httpcore2 the headers of every response at DEBUG: each may hold a token.
for _library in ("httpx2", "httpcore2"):
    logging.getLogger(_library).setLevel(logging.WARNING)
