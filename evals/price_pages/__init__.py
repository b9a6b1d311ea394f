"""Product pages of shops that do not exist, drawn with a seed, and how well their prices are read."""
