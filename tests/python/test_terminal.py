"""The line of progress fits the terminal, however narrow it is.

`cargo build --release` makes the binary; RELIANCE_BINARY says where another one is.
"""

import fcntl
import os
import pty
import re
import signal
import struct
import subprocess
import termios
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
BINARY = Path(os.environ.get("RELIANCE_BINARY", ROOT / "target" / "release" / "reliance")).resolve()

# What moves the cursor or colours the text.
CONTROL = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


def drawn(words: list[str], columns: int, folder: Path, seconds: float) -> list[str]:
    """What a command draws on a terminal of so many columns in so many seconds, before it is interrupted."""
    main, side = pty.openpty()
    fcntl.ioctl(side, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    run = subprocess.Popen([BINARY, *words], cwd=folder, stdin=side, stdout=subprocess.DEVNULL, stderr=side)
    os.close(side)
    text, end, sent = b"", time.monotonic() + seconds, False
    while True:
        if not sent and time.monotonic() > end:
            run.send_signal(signal.SIGINT)
            sent = True
        try:
            piece = os.read(main, 1 << 16)
        except OSError:
            break
        if not piece:
            break
        text += piece
    os.close(main)
    assert run.wait(60) == 1
    lines = re.split(r"[\r\n]+", CONTROL.sub("\r", text.decode()))
    return [line for line in lines if "%" in line]


@pytest.mark.parametrize("columns", [40, 60, 72, 80, 120])
@pytest.mark.parametrize("scenario", ["scenarios/market-day.toml", "scenarios/oracles/mm1-0.5.toml"])
def test_the_line_fits(columns: int, scenario: str, tmp_path: Path) -> None:
    years = ["--set", "horizon=2000d", "--set", "record.tick=1h", "--out", str(tmp_path / "out")]
    lines = drawn(["run", str(ROOT / scenario), *years], columns, tmp_path, 3.0)
    assert len(lines) > 3, lines
    assert max(map(len, lines)) <= columns, max(lines, key=len)
    # What matters most stands first, from the first line on.
    assert all(re.search(r"\d+ % +(just begun|[\d.]+ (s|min|h) to go)", line) for line in lines if columns > 55), lines
    assert list(tmp_path.iterdir()) == []
