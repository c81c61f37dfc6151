"""HTML: main content, elements, limits."""
