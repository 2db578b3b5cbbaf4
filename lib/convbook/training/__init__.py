"""Training: one loop, and the recipes that it follows.

- `recipe`: what a run needs to know, as a frozen dataclass
- `recipes`: the named ones
- `loop`: the loop itself
- `batches`: images on their way into the network
- `checkpoint`: a run that is killed, and goes on as if it had not been
- `distributed`: several processes, the same loop
- `search`: hyperparameters by random search
- `results`: runs written down, with where they came from

Recipes can be read without torch; import the other rooms by name, `from convbook.training import loop`.
"""
