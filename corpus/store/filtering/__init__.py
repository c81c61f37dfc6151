"""Filters on documents, and the catalogue that they are evaluated on."""
