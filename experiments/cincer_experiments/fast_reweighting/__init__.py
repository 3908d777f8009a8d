"""`cincer experiment fsr | imbalance`: FSR (Zhang and Pfister 2021) on small data.

problems   few labels and pseudo-labels, symmetric noise, long tails
methods    what is trained on them
published  the numbers of Reweighter's paper (Yang et al. 2024) for FSR
noise_table, imbalance_table   the studies
lines      their figures
"""
