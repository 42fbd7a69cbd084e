"""Signing in with the account of a provider: OpenID Connect, authorization code with PKCE, by Authlib.

What belongs here is talking to the provider and judging what it says. Who may sign in is decided by `tenancy.people`.
"""
