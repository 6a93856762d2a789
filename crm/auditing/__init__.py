"""The audit log: facts become links of a chain, a minute later and away from whoever causes them."""
