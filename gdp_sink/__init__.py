"""MQTT → GDP: takes every message from the broker, makes it durable in its store, and only then acknowledges it.

`source` is the seam to MQTT, `writer` the way into the store, `process` puts them together; run it with
`python -m gdp_sink`.
"""
