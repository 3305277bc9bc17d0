"""The Global Data Plane: append-only signed logs, their names, files, wire protocol, store, server and client.

Written from the protocol description alone (gdp-protocol); interoperates with the C programs of release 2.1.12.
Importing this package stays light: take what you need from its modules, `gdp.client.GdpClient` first of all.
"""
