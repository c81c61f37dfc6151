"""Middleware: request ids, security headers, path prefix, host names, CORS, keys and rate limits."""
