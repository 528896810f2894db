"""Drive Neovim as a person does, in a terminal, and keep what is on the screen as text and as a picture (SVG).

Run by the tests with the Python of the host, which has pyte: `screen.py OUT COLUMNS LINES COMMAND...` with the script
of keys on stdin: a JSON list of `[keys, text to wait for, name of the shot or ""]`.
"""

from __future__ import annotations

import fcntl
import json
import os
import pty
import re
import select
import struct
import subprocess
import sys
import termios
import time
import unicodedata
from html import escape
from pathlib import Path

import pyte

PATIENCE_S = 90
QUIET_S = 0.4
CELL_X, CELL_Y = 9, 19
# pyte takes these for text: private sequences it does not know, sub-parameters, and strings of the terminal's own.
UNKNOWN = re.compile(rb"\x1b\[[<=>][0-9;:]*[a-zA-Z]|\x1b\[\?[0-9;]*\$p|\x1b[P_^][^\x1b]*\x1b\\|\x1b\[[0-9;]* q")
# What a terminal answers when it is asked for its state, its kind and its background.
ANSWERS = {b"\x1b[5n": b"\x1b[0n", b"\x1b[c": b"\x1b[?62;22c", b"\x1b]11;?": b"\x1b]11;rgb:1414/1616/1b1b\x1b\\"}


class Terminal:
    """A terminal of a fixed size with one program in it."""

    def __init__(self, columns: int, lines: int, command: list[str]) -> None:
        self.screen = pyte.Screen(columns, lines)
        self.stream = pyte.ByteStream(self.screen)
        self.master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))
        env = {**os.environ, "TERM": "xterm-256color", "COLORTERM": "truecolor"}
        self.process = subprocess.Popen(
            command, stdin=slave, stdout=slave, stderr=slave, env=env, start_new_session=True
        )
        os.close(slave)

    def read(self, seconds: float) -> bool:
        """Take in what the program writes; False when it wrote nothing for so long or ended."""
        if not select.select([self.master], [], [], seconds)[0]:
            return False
        try:
            written = os.read(self.master, 1 << 16)
        except OSError:
            return False
        for question, answer in ANSWERS.items():
            if question in written:
                os.write(self.master, answer)
        self.stream.feed(UNKNOWN.sub(b"", written).replace(b"\x1b[4:3m", b"\x1b[4m"))
        return bool(written)

    def wait(self, text: str) -> None:
        """Return when `text` is on the screen and the screen has come to rest; ends the program when it never is."""
        deadline = time.monotonic() + PATIENCE_S
        while time.monotonic() < deadline:
            if not self.read(QUIET_S) and text in self.text():
                return
        sys.exit(f"never on the screen: {text}\n{self.text()}")

    def text(self) -> str:
        """Return the screen as text, a wide character once."""
        return "\n".join(line.rstrip() for line in self.screen.display)

    def type(self, keys: str) -> None:
        """Send keys."""
        os.write(self.master, keys.encode())

    def close(self) -> None:
        """End the program."""
        self.type("\x1b\x1b:qall!\r")
        while self.process.poll() is None:
            self.read(QUIET_S)
        os.close(self.master)


def picture(screen: pyte.Screen) -> str:
    """Return the screen as SVG."""
    width, height = screen.columns * CELL_X, screen.lines * CELL_Y
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" xml:space="preserve"',
        ' font-family="monospace" font-size="15"><rect width="100%" height="100%" fill="#14161b"/>',
    ]
    for row in range(screen.lines):
        for column in range(screen.columns):
            parts += cell(screen.buffer[row][column], column, row)
    return "\n".join([*parts, "</svg>\n"])


def cell(drawn: pyte.screens.Char, column: int, row: int) -> list[str]:
    """Return the background and the character of one cell."""
    ink, paper = colour(drawn.fg, "#e0e2ea"), colour(drawn.bg, "#14161b")
    if drawn.reverse:
        ink, paper = paper, ink
    x, y = column * CELL_X, row * CELL_Y
    wide = 2 if drawn.data and unicodedata.east_asian_width(drawn.data[0]) in "WF" else 1
    parts = []
    if paper != "#14161b":
        parts.append(f'<rect x="{x}" y="{y}" width="{wide * CELL_X}" height="{CELL_Y}" fill="{paper}"/>')
    if drawn.data.strip():
        weight = ' font-weight="bold"' * drawn.bold + ' font-style="italic"' * drawn.italics
        parts.append(f'<text x="{x}" y="{y + 15}" fill="{ink}"{weight}>{escape(drawn.data)}</text>')
    if drawn.underscore:
        parts.append(f'<rect x="{x}" y="{y + 17}" width="{wide * CELL_X}" height="1" fill="{ink}"/>')
    return parts


def colour(name: str, default: str) -> str:
    """Return a colour of pyte's as CSS has it."""
    if name == "default":
        return default
    return f"#{name}" if re.fullmatch("[0-9a-f]{6}", name) else {"brown": "#fce094"}.get(name, name)


def main() -> None:
    """Play the script and write the shots."""
    out, columns, lines, *command = sys.argv[1:]
    folder = Path(out)
    folder.mkdir(parents=True, exist_ok=True)
    terminal = Terminal(int(columns), int(lines), command)
    try:
        for keys, wanted, shot in json.load(sys.stdin):
            terminal.type(keys)
            terminal.wait(wanted)
            if shot:
                (folder / f"{shot}.txt").write_text(terminal.text() + "\n", encoding="utf-8")
                (folder / f"{shot}.svg").write_text(picture(terminal.screen), encoding="utf-8")
    finally:
        terminal.close()


if __name__ == "__main__":
    main()
