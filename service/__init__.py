"""Answers questions over HTTP and from the command line; knows nothing of evaluation."""
