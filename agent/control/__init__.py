"""The Unix socket through which the command line talks to the daemon.

One request a connection: a line of JSON with a verb and its arguments; lines of progress and one line with the answer,
or with what went wrong, come back.
"""
