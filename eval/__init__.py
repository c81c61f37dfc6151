"""Evaluation of the pipeline that the service serves."""
