"""Requests: bodies, JSON, multipart forms, negotiation, conditional requests."""
