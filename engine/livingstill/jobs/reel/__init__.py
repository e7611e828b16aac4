"""A listing's photos to one reel: a tour, on the beat, in several shapes, branded and not."""
