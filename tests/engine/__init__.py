"""The engine under the reads: merging, sharing, rebuilding, and what it costs."""
