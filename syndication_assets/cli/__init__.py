"""The command line: one module per group of commands.

Commands parse arguments, call the room that does the work, and print its result. They hold no logic and no SQL of
their own; a user's mistake ends with one sentence on stderr and exit code 1.
"""
