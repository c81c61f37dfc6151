"""Crash, disk, damage and load: what may happen to a store, done to it on purpose."""
