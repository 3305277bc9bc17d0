"""From the Global Data Plane to HTTP: follows a store's feed into a read model and answers from that."""
