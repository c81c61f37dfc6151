"""The process: descriptors, heap, progress."""
