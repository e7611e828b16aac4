"""Work on many machines with Dask: photos of a batch, pieces of a reel, spans of one long clip.

Frames are pure functions of their index, so where one is rendered changes nothing: what the
workers need is computed once here, sent to them, and what they make is written here.
"""

from livingstill.jobs.cluster.connection import connect as connect
from livingstill.jobs.cluster.photos import run as run
from livingstill.jobs.cluster.pieces import run_reel as run_reel
from livingstill.jobs.cluster.spans import frames as frames

__all__ = ["connect", "frames", "run", "run_reel"]
