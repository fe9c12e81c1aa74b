"""``python -m models.making`` makes the files that Inkling ships again; models/README.md has the commands."""

import sys

from mlp.cli.main import program
from models.making import digit_check, digits, drawn_digits, network

COMMANDS = (digits, drawn_digits, network, digit_check)

if __name__ == "__main__":
    sys.exit(program(prog="python -m models.making", commands=COMMANDS))
