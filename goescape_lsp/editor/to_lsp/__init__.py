"""Values of the core to plain dictionaries of LSP, one module per feature."""
