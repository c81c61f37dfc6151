"""Training of the reader: a cross-encoder that marks the answering sentence. Needs torch; nothing here serves."""
