"""The live driver: the session thread with its ledger and its compute processes.

    service      `Service`, the front that HTTP routes and socket handlers use
    core         the session thread: one turn = one group commit
    inbox        what waits for it               group        one transaction and what follows
    live         state, columns, ledger, features (with `resume`)
    answering    people's commands               arrivals     batches, decisions
    leasing      who holds what, and how long    telling      notices
    desk         named jobs for a process        scoring, training   what the processes are asked
    labels       what they are told of labels    mapping      pictures of cells
    published    what other threads may read
"""

from .service import Service

__all__ = ["Service"]
