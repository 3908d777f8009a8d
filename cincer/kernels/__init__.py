"""Pure mathematics on tensors: no state, no names, no randomness.

head            the softmax-regression head: probabilities, objective, gradient
fisher          its Fisher matrix, which is its Hessian: assembled, or as a product
solve           damped inverses: Cholesky, conjugate gradients, Kronecker-factored
newton          fitting the head: Newton steps, or chord steps with a factor already at hand
leave_one_out   approximate leave-one-out probabilities, and the penalty chosen by them
influence       the bilinear forms K_M(a, b) between two gradients, and the one pass over candidates
left_out        what the head would be without some rows: to first order, and refitted
group           known rows that say the same as one of them
relabelling     RDIA's relabel function and the loss it stands for
treated         fitting the head to rows that are learned, unlearned or left out
top             the top-layer cache that strategies are given
lookahead       what a step on weighted rows does to the trusted loss, by weight
trusted         the trusted set, and which rows it leaves to be judged
metrics         accuracy and weighted F1

Shapes: N rows, K classes, P = D + 1 columns (D features and a trailing 1 for the bias). Weights and
gradients of the head are (K, P). Whatever the dtype of the features (float32 in the live system,
float64 in the tests), sums over rows are accumulated in float64 from chunk to chunk.
"""
