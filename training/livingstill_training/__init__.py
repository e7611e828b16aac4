"""Training of the embedded network: data, definition, losses, evaluation, export."""
