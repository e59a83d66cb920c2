"""The seam between operator and runtime: settings, catalogue, wire shapes, names. Imports only the standard library."""
