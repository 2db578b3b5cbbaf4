"""torch, where an exercise asks for it."""
