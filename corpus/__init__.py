"""Documents in: files, readers, passages, the store and the lexical index. Imports no models, no vectors, no HTTP."""
