"""Measurements on synthetic data, for `cincer bench`.

pick    time to choose a counter-example, beside one pass over the candidates' features
"""
