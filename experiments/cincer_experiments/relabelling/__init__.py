"""`cincer experiment rdia-*`: RDIA's tables (Kong et al. 2022) on the data at hand.

problems    the data, split and scaled as the paper's code does
noise       labels flipped as the paper's code does
fitting     one head, its trusted set, and what a strategy makes of it
published   the paper's numbers
findings    what a study found
table1, noise_table, alpha_table, validation_table, ls_table   the studies
studies     the studies by name
"""
