"""The `footnote-eval` command."""

from eval.cli.main import footnote_eval, main

__all__ = ["footnote_eval", "main"]
