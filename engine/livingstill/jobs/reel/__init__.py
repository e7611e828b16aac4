"""A listing's photos to one reel: ordered as a tour, cut on the beat, in several shapes, branded and not."""
