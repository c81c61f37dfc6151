"""Routes: one module for each path."""
