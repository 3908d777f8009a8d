"""`cincer experiment error-matrix`: the study of Bäuerle et al. (2020) with a simulated curator.

recipe  the label errors and near copies that are planted
place   a running server, as the page sees it: over HTTP, nothing else
eyes    who has looked at what: true classes are learned by looking alone
bot     the curator: what to open, how far to look, what to decide
study   the whole study and its figures
"""
