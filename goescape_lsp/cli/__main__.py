"""`python -m goescape_lsp.cli`."""

from goescape_lsp.cli import main

main()
