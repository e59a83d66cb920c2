"""What `kubeocr` runs on the runtime's side, a module a word."""
