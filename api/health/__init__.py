"""Health: is anything lost, where is it stuck, what is to be done. In words, from facts."""
