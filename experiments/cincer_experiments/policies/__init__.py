"""`cincer experiment policies`: the whole loop on a noisy stream, with and without what the machine
does by itself.

shrink  examples as a few numbers, without labels
run     one run of one policy
study   all of them, compared
"""
