"""Where examples come from: files, named data sets, noise.

source      `open_source`: a CSV, JSONL or NPZ file or a folder of images as a stream
datasets    `load`: digits, breast, mnist, adult and others by name; `shelf` finds their files,
            `homes` and `download` fetch them
stream      `noisy_stream`: a data set in a drawn order with corrupted labels
published   the streams of CINCER's published runs, draw for draw
noise       the noise models; `truth`: the seal on the true labels
oracle      the simulated annotator; `metrics`: what only the truth can tell
"""
