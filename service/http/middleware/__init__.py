"""Middleware: request ids, hosts, CORS, keys, rate limits."""
