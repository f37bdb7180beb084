"""Personal data: the register of every field, what follows from it, and what people may ask for."""
