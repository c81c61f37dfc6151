"""Presentations, workbooks, OpenDocument and RTF files. DOCX has its own module, `corpus.readers.docx`."""
