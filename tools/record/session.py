"""Runs a program in a pseudo-terminal and keeps what it shows, with the times."""

import fcntl
import os
import pty
import select
import signal
import struct
import termios
import time


class Session:
    """A program in a terminal of `columns` by `rows`.

    `events` holds (seconds since the start, text) for everything that the program has written.
    """

    def __init__(self, command, columns, rows, cwd):
        self.events = []
        self._start = time.monotonic()
        self._pending = b""
        self._text = ""
        self._seen = 0
        self._pid, self._fd = pty.fork()
        if self._pid == 0:
            os.chdir(cwd)
            os.environ.update({"TERM": "xterm-256color"})
            os.execvp(command[0], command)
        size = struct.pack("HHHH", rows, columns, 0, 0)
        fcntl.ioctl(self._fd, termios.TIOCSWINSZ, size)

    def wait_for(self, text, timeout=300):
        """Waits until the program has shown `text`, behind what was waited for before."""
        deadline = time.monotonic() + timeout
        while text not in self._text[self._seen:]:
            if time.monotonic() > deadline or not self._read(0.05):
                raise RuntimeError(f"the program has not shown {text!r}:\n{self._text}")
        self._seen = self._text.index(text, self._seen) + len(text)

    def wait(self, seconds):
        """Lets the program go on."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline and self._read(0.05):
            pass

    def type(self, keys):
        os.write(self._fd, keys.encode())

    def interrupt(self):
        """Types Ctrl-C."""
        os.write(self._fd, b"\x03")

    def finish(self):
        """Reads until the program has ended; its exit status."""
        while self._read(1):
            pass
        return os.waitstatus_to_exitcode(os.waitpid(self._pid, 0)[1])

    def kill(self):
        try:
            os.kill(self._pid, signal.SIGKILL)
        except ProcessLookupError:
            pass

    def _read(self, timeout):
        """False at the end."""
        if not select.select([self._fd], [], [], timeout)[0]:
            return True
        try:
            data = os.read(self._fd, 65536)
        except OSError:
            data = b""
        if not data:
            return False
        # A character may arrive in two parts.
        self._pending += data
        try:
            text = self._pending.decode()
        except UnicodeDecodeError:
            return True
        self._pending = b""
        self.events.append((time.monotonic() - self._start, text))
        self._text += text
        return True
