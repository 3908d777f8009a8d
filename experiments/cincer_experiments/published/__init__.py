"""The published protocol (Teso et al., NeurIPS 2021), many runs in one tensor program.

All runs of one study have the same shapes: a grid of repeats (a stream each) by variants (a
selector each). After every arrival each run's network goes back to its initial weights and is
trained again; here the whole grid is trained at once, and the variants of one repeat share its
inputs, its batches and its dropout masks (common random numbers).

streams     the grid's inputs and labels, as arrays
nets        the networks of the grid: forward, gradient, step
convolutional, joined   the same interface for `cnn`: in turn, and as one for a graphics card
draws       batches and dropout masks, by repeat and arrival
training    all epochs of the whole grid
watch       each row's loss while it is learned, and who has learned enough
board       labels, confirmations and counts of every run
suspicions  how suspicious an arrival is, by any score of `cincer.suspicion`
picks       the counter-example of one run, by any strategy of `cincer.counterexample`
scoring     weighted F1 of the whole grid
protocol    the loop
"""
