"""The server: uvicorn with strict parsing and bounded connections."""
