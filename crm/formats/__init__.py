"""How numbers and dates are written, where the language has it otherwise than the country."""
