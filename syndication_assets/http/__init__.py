"""HTTP for every room: one client with retries and limits, public URLs from outside, redaction of secrets.

What a status or a body means belongs to the room that sends the request.
"""

import logging

# httpx2 logs the URL of every request at INFO, and a URL may hold a token.
logging.getLogger("httpx2").setLevel(logging.WARNING)
