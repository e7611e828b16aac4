"""`python -m livingstill_cli`, the same as `livingstill`."""

from livingstill_cli.main import main

main()
