"""Citations: where a span stands, and links that show it there."""
