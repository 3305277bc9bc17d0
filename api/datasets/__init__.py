"""Datasets: pinned queries, whose bytes anyone can fetch again and trust (docs/datasets.md)."""
