"""`cincer experiment lsw`: wrong labels found from ten trusted ones a class (LSW, Hoang et al.).

problem    a data set with noise, its trusted part, and the truth for the figures alone
edges      images by their edges
features   what each row looks like: kernel features, and what its neighbours' labels say
weighing   features and weights learned in turn
training   Table 6: networks trained on what the weights leave
outcome    what is measured
published  the paper's numbers
tables     tables and verdicts
pictures   the figures
study      the study
"""
