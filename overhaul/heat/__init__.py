"""Which places are likely to cost time: from what stands in them and from the loops that lead there."""
