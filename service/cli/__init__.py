"""The `footnote` command."""

from service.cli.loading import load_encoder, open_pipeline, refresh_projection
from service.cli.main import main
from service.cli.output import data_option, emit_json, plain, plural, wrapped

__all__ = [
    "data_option",
    "emit_json",
    "load_encoder",
    "main",
    "open_pipeline",
    "plain",
    "plural",
    "refresh_projection",
    "wrapped",
]
