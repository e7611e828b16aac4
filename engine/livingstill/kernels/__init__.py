"""Floor 1: compiled loops. Arrays and numbers in, one ``out`` filled; the only home of Numba."""
