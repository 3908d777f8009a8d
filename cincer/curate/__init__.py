"""Classifier-guided visual correction (Bäuerle, Neumann and Ropinski 2020): what a curator's pages
are drawn from.

Every item of every split is classified once; what the model disagrees with and nobody has resolved
is reviewed, cell by cell of the error matrix (given label, predicted class).

Without torch, for the process that serves the pages:

measures    IIES, predictions, counts and histograms of items
board       where every item stands, with counts kept up to date item by item
matrix      the overview: rows by their number of disagreements
selection   filtering, sorting and selecting inside a cell
pairs       similar pairs as a table           twins     which items still have a duplicate
confusions  a confusion noticed after a few equal fixes, and the rest of it
effect      what a batch is predicted to leave of a cell
reopen      resolved items that later models contradict
projection  a cell's items in the plane (too long for the serving process if the cell is large)

With torch, for the processes that compute:

out_of_fold probabilities under models that did not learn the item's own label
neighbours  nearest by cosine, in blocks       ssim      structural similarity of image pairs
similar     similar pairs: candidates, then SSIM or cosine
saliency    what the model looks at, a basis for projections
absorb      the head one step after proposed changes
"""
