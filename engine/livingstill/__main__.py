"""`python -m livingstill`, the same as `livingstill`: runs the command that this distribution installs."""

from importlib.metadata import distribution

# by its name in the metadata: the engine does not import the command line
command = distribution("livingstill").entry_points.select(group="console_scripts")["livingstill"]
command.load()()
