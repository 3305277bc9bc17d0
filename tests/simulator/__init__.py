"""Whole lives of store and sink in moments: a disk that loses power, a broker that forgets, a clock that is told."""
