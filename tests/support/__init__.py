"""What tests of several parts share: a broker, recorded data."""
