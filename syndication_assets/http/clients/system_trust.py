"""The certificates that this machine trusts: a container needs the package ca-certificates.

SSL_CERT_FILE names another file of certificates.
"""

import ssl
from functools import cache

import httpx2


@cache
def system_trust() -> ssl.SSLContext:
    """Created once, because loading the certificates is slow."""
    return httpx2.create_ssl_context()
