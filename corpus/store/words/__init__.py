"""Words of passages: counts, frequencies, and the log of removals."""
