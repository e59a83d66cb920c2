"""`make demo`: from nothing to a page that was read on Kubernetes."""
