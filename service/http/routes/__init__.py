"""Routes, one module a path."""
