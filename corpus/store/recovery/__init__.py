"""Copies, repair and salvage of a store."""
