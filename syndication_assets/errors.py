"""Errors that are meant for the person at the keyboard: each says what to do next."""


class SyndicationError(Exception):
    """Something the user can mend. The command line prints the message alone, without a traceback."""
