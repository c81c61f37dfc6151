"""Citations of spans, and links that open a document at a span."""
