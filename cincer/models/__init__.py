"""Networks and their training.

networks      `logreg`, `mlp`, and any torch module whose last layer is linear, by import path
training      fitting a whole network: from scratch as in the paper, or in the background
checkpoints   networks on disk, with a SHA-256 beside each
known         the known examples as the head sees them
curvature     the head's Fisher matrix and factors between refits
penalty       the head's penalty by approximate leave-one-out
live_head     the head that follows every change of the data set
"""
