"""Manifests that anybody wrote: read strictly, as a cluster, and looked at for what they do not mean."""
