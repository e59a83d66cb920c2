"""Values of keys out of what was read, by a language model whose answers are looked up there. The route is in `keyed`."""
