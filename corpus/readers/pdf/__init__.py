"""PDF: pages, annotations, encryption, glyphs."""
