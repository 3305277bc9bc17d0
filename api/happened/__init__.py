"""What happened at home: doors, motion, what people did, extremes, and what arrived late; from facts, in sentences."""
