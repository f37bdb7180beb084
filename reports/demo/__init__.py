"""A made-up university to look at Branchbook with: XX师范大学, nobody in it real.

Everything follows from (scale, seed, day): the same three give the same data. Each section draws from a random
stream of its own, named after what it makes, so that a change in one does not stir the others.
"""
