"""The command line of livingstill."""
