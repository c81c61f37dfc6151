"""Copying, repairing and recovering a store."""
