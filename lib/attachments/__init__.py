"""Files that people hand in to be kept and shown: what they are by their content, and what of them is taken."""
