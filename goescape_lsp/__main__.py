"""The program `goescape-lsp`, also `python -m goescape_lsp`: the language server over standard input and output."""

import sys


def _without_workspace() -> None:
    """Take the working directory off the module path: `python -m` puts it first, and it is the user's workspace."""
    import os  # noqa: PLC0415 - part of the interpreter's start, loaded before any path counts

    here = os.path.normcase(os.path.realpath(os.curdir))
    own = os.path.normcase(os.path.realpath(os.path.dirname(os.path.dirname(__file__))))  # noqa: PTH120
    kept = [part for part in sys.path if part and (os.path.normcase(os.path.realpath(part)) != here or here == own)]
    sys.path[:] = kept


def main() -> None:
    """Serve until the client ends it; the exit status is the one that LSP asks for."""
    if not sys.flags.safe_path:
        _without_workspace()
    from goescape_lsp.editor.program import run  # noqa: PLC0415 - only after the path is clean

    sys.exit(run(sys.argv[1:]))


if __name__ == "__main__":
    main()
