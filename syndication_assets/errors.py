"""Errors for the user: each message says what to do next."""


class SyndicationError(Exception):
    """A problem that the user can fix. The command line prints only the message, without a traceback."""
