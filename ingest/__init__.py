"""What devices say: topics and filters, the message envelope, payload decoders, recorded and simulated homes.

Everything but `ingest.publisher` and `ingest.__main__` is pure: values in, values out; clocks and seeds are parameters.
"""
