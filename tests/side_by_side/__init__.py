"""Comparison of Footnote with other retrieval systems: docs/side-by-side.md."""
