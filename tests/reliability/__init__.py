"""Harnesses that damage, crash and overload stores and servers on purpose."""
