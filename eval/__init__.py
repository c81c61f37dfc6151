"""Measures the same pipeline that the service serves."""
