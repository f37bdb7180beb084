"""What is due, a module for each kind.

``due`` yields what is due on a day, addressed to whom it concerns; ``met`` says which of some subjects, due no more,
had done what was asked.
"""
