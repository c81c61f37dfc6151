"""Texts to vectors and back to passages: the encoder, token vectors, the vector index. Knows no HTTP, no settings."""

import os

# Without this, onnxruntime gives the machine an id and tells its maker of each start. It looks once, when first used.
os.environ["ORT_DISABLE_TELEMETRY"] = "1"
