"""Measurements on synthetic data, for `cincer bench`.

pick        time to choose a counter-example, beside one pass over the candidates' features
exactness   influences against real refits of the head, and approximations against the exact value
loop        the live loop with its processes and its ledger: arrivals, replies, memory, start-up
influence   one influence ranking beside other libraries' (who answers: `ours`, `rivals`)
protocol    the published protocol a received example, beside the published code
"""
