"""Subtitles: cues with times, joined to paragraphs."""
