"""Detectors of faults in a clip, one per file; ``detectors`` lists them."""
