"""Processes of a real server are killed at random moments under load, and nothing may be lost.

    served    the server as a user starts it, or wrong on purpose
    server    starts it, finds its processes, kills them
    clients   sources and annotators who note what was acknowledged
    checker   compares those notes with the ledger
    kills     the whole story, and the command `python -m tests.reliability.kills`
"""
