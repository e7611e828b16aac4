"""`python -m livingstill_cli`, the same as `livingstill`."""

from livingstill_cli.entry import run

run()
