"""The words and the rules of night duty: pure values and functions, standard library only, no I/O and no clock."""
