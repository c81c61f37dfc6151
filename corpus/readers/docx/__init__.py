"""DOCX: the parts of a Word document, its styles, its numbers, and its text."""
