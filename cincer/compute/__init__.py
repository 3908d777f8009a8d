"""The two compute processes: `scorer` (margins, picks, head updates) and `trainer` (the network).

`frames` is what travels over their pipes, `host` the child's side of them, `messages` the names
both sides use, `told` how label changes reach an engine. The server side is
`cincer.server.compute_client`. Neither process ever opens the ledger for writing.
"""
