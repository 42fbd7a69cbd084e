"""panva's certified OpenID provider on a loopback port, as a process of its own."""

import json
import shutil
import socket
import subprocess
from pathlib import Path
from types import TracebackType
from typing import Self

CLIENT_ID, SECRET = "desk:1", "a+secret of the desk: 100 %"
"""With what a header has to encode."""
_MODULES = Path(__file__).parents[2] / ".venv" / "browser" / "node_modules"
_PROGRAM = Path(__file__).with_name("openid_provider.mjs")
NODE = shutil.which("node")
IS_INSTALLED = NODE is not None and (_MODULES / "oidc-provider").exists()


class CertifiedProvider:
    """Its host is not that of the pages, so that cookies are those of another site."""

    def __init__(self, return_address: str) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self._port = probe.getsockname()[1]
        self.issuer = f"http://localhost:{self._port}"
        self._settings = {
            "issuer": self.issuer,
            "port": self._port,
            "clientId": CLIENT_ID,
            "secret": SECRET,
            "returnAddress": return_address,
        }

    def __enter__(self) -> Self:
        self._start()
        return self

    def __exit__(
        self, error_type: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._stop()

    def restart(self) -> None:
        """It has another key then, and nobody is signed in there."""
        self._stop()
        self._start()

    def _start(self) -> None:
        assert NODE is not None
        self._process = subprocess.Popen(
            [NODE, str(_PROGRAM), str(_MODULES), json.dumps(self._settings)], stdout=subprocess.PIPE, text=True
        )
        assert self._process.stdout is not None
        assert any(line.strip() == "ready" for line in self._process.stdout), "the provider did not start"

    def _stop(self) -> None:
        self._process.terminate()
        self._process.communicate(timeout=30)
