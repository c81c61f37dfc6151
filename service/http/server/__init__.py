"""The HTTP server: uvicorn with strict parsing and connection limits."""
