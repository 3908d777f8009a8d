"""Studies with a simulated oracle, over the same loop as the live server.

play        one run: a stream, a model, an oracle, and what the truth says of it afterwards
simulate    `cincer simulate`: runs by selector and repeat, one JSON line a step, resumable
batched     the same with training from scratch: many runs side by side
jobs        repeats in several processes
published   the published protocol on a grid of networks
demo        `cincer experiment demo`: what ten answers do to the demo's stream
document    what a study writes: study.json and table.md
summary     means and standard errors
"""
