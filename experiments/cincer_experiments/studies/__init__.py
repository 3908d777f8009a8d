"""`cincer experiment q1 | q2 | q3 | selectors`: the paper's research questions and our own.

A study is a configuration (`NAME.toml`) and a module that makes a report of its runs; the runs are
lines that `simulate` wrote (`precision` for q3), and everything said is made from those alone.

study       what to run: configuration and command line
run         running what is missing, reporting as runs end
runs        the lines read again
measures, equal   figures of a run; two selectors at equal cost
paper       the published numbers
tables, claims    tables; verdicts and their rules
pictures, lines, dots, plotting   figures
report      what a study says, and its files
q1, q2, q3, selectors   the studies
precision   precision at k of every strategy, by one training a repeat
"""
