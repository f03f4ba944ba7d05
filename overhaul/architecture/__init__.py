"""What becomes of the contracts about imports: which imports break them, by which chain."""
