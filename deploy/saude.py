"""The image's health check: asks the process of this container whether it lives. `python saude.py [path] [port]`."""

from __future__ import annotations

import http.client
import os
import sys
from collections.abc import Sequence

_PRAZO_S = 4


def vivo(caminho: str, porta: int) -> bool:
    """Whether `GET caminho` on this machine answers 200."""
    # http.client: no proxy of the environment comes between
    conexao = http.client.HTTPConnection("127.0.0.1", porta, timeout=_PRAZO_S)
    try:
        conexao.request("GET", caminho)
        return conexao.getresponse().status == http.HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        conexao.close()


def main(argumentos: Sequence[str]) -> int:
    """0 alive, 1 not. The port is `PORTA`, unless given."""
    caminho = argumentos[0] if argumentos else "/saude/vivo"
    porta = int(argumentos[1]) if len(argumentos) > 1 else int(os.environ.get("PORTA") or "8000")
    return 0 if vivo(caminho, porta) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
