"""The command `convbook`. The module of a subcommand is imported only when it is used."""

import argparse
import sys
from importlib import import_module

import convbook

# name → module, and one line for `convbook --help`. The module offers `add_arguments(parser)` and
# `run(options) -> exit status`; its docstring describes the subcommand.
COMMANDS = {
    "train": ("convbook.training.command", "train the network of a recipe"),
    "results": ("convbook.training.results_command", "show what full runs reached"),
    "data": ("convbook.data.command", "list, fetch and verify data sets"),
    "grade": ("convbook.grading.command", "grade a class's notebooks"),
    "exercises": ("convbook.exercises.command", "check and pack exercises of your own"),
}


def main(arguments=None):
    """Run a subcommand.

    Parameters
    ----------
    arguments : list of str, optional
        The command line's.

    Returns
    -------
    status : int
        For the shell: 0 if all went well.
    """
    arguments = sys.argv[1:] if arguments is None else arguments
    parser = argparse.ArgumentParser(prog="convbook", description=convbook.__doc__.splitlines()[0])
    parser.add_argument("--version", action="version", version=f"convbook {convbook.__version__}")
    commands = parser.add_subparsers(metavar="COMMAND", required=True)
    for name, (module, help) in COMMANDS.items():
        subparser = commands.add_parser(name, help=help)
        if name in arguments[:1]:
            command = import_module(module)
            subparser.description = command.__doc__
            subparser.formatter_class = argparse.RawDescriptionHelpFormatter
            command.add_arguments(subparser)
            subparser.set_defaults(run=command.run)
    options = parser.parse_args(arguments)
    return options.run(options)


if __name__ == "__main__":
    sys.exit(main())
