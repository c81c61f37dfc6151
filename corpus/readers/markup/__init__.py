"""Markup languages other than Markdown and HTML, and notebooks."""
