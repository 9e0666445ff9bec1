"""A real Kafka broker for tests and developers: its jars by Maven, one process, started and stopped here.

`python -m tests.support.kafka` starts one and prints its bootstrap address.
"""

from __future__ import annotations

import atexit
import base64
import contextlib
import fcntl
import hashlib
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Iterator
from pathlib import Path
from string import Template

import psutil
import pytest

RECEITA = Path(__file__).resolve().parents[2] / "deploy" / "kafka"
LIMITE_PARTIDA_S = 90
LIMITE_MAVEN_S = 900
# Short-lived and on a shared machine: little heap, one collector thread, no second compiler.
JVM = ("-Xmx384m", "-Xms128m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xshare:auto")


class KafkaAusente(Exception):
    """This machine cannot start a broker; the text says what is missing."""


def _java() -> str:
    java = shutil.which("java")
    if java is None:
        raise KafkaAusente("Kafka de teste: falta Java 17 ou mais novo (ou defina KAFKA_BOOTSTRAP)")
    dito = subprocess.run([java, "-version"], capture_output=True, text=True, check=False).stderr  # noqa: S603
    versao = re.search(r'version "(\d+)', dito)
    if versao is None or int(versao[1]) < 17:
        raise KafkaAusente("Kafka de teste: o Java encontrado é anterior ao 17 (ou defina KAFKA_BOOTSTRAP)")
    return java


def jars() -> Path:
    """The folder with the broker's jars, fetched once for each content of the pom. Raises `KafkaAusente`."""
    pom = RECEITA / "pom.xml"
    alvo = RECEITA / "target" / f"libs-{hashlib.sha256(pom.read_bytes()).hexdigest()[:12]}"
    alvo.parent.mkdir(exist_ok=True)
    with (alvo.parent / "trava").open("w") as trava:
        # two test sessions at once must not copy over each other
        fcntl.flock(trava, fcntl.LOCK_EX)
        if not alvo.is_dir():
            _buscar(pom, alvo)
    return alvo


def _buscar(pom: Path, alvo: Path) -> None:
    mvn = shutil.which("mvn")
    if mvn is None:
        raise KafkaAusente("Kafka de teste: falta o Maven (ou defina KAFKA_BOOTSTRAP)")
    parcial = alvo.with_suffix(".parcial")
    shutil.rmtree(parcial, ignore_errors=True)
    comando = [mvn, "-q", "-B", "-f", str(pom), "dependency:copy-dependencies"]
    comando += ["-DincludeScope=runtime", f"-DoutputDirectory={parcial}"]
    try:
        subprocess.run(comando, check=True, capture_output=True, text=True, timeout=LIMITE_MAVEN_S)  # noqa: S603
    except subprocess.CalledProcessError as erro:
        raise KafkaAusente(f"Kafka de teste: o Maven não trouxe os jars: {erro.stdout[-500:]}") from erro
    except subprocess.TimeoutExpired as erro:
        raise KafkaAusente("Kafka de teste: o Maven não terminou a tempo") from erro
    parcial.rename(alvo)


def _portas_livres(quantas: int) -> list[int]:
    with contextlib.ExitStack() as pilha:
        sockets = [pilha.enter_context(socket.socket()) for _ in range(quantas)]
        for s in sockets:
            s.bind(("127.0.0.1", 0))
        return [s.getsockname()[1] for s in sockets]


class BrokerKafka:
    """One broker on 127.0.0.1 whose data and port stay the same over stops, kills and starts."""

    def __init__(self, pasta: Path) -> None:
        self._pasta = pasta
        self._java = _java()
        self._classes = f"{jars()}/*"
        pasta.mkdir(parents=True, exist_ok=True)
        self._processo: subprocess.Popen[bytes] | None = None
        self._porta = self._configurar()

    @property
    def bootstrap(self) -> str:
        return f"127.0.0.1:{self._porta}"

    @property
    def pid(self) -> int | None:
        return self._processo.pid if self._processo is not None else None

    def start(self) -> None:
        """Returns once the broker accepts work. Raises `RuntimeError` with the end of its log where it does not come up."""
        if self._processo is not None:
            return
        self._matar_resto()
        registro = self._pasta / "broker.log"
        lido = registro.stat().st_size if registro.exists() else 0
        comando = [self._java, *JVM, *self._opcoes_de_log(), "-cp", self._classes, "kafka.Kafka"]
        with registro.open("ab") as saida:
            self._processo = subprocess.Popen(  # noqa: S603
                [*comando, str(self._propriedades)], stdout=saida, stderr=saida, stdin=subprocess.DEVNULL, cwd=self._pasta
            )
        (self._pasta / "pid").write_text(str(self._processo.pid))
        atexit.register(self.kill)
        self._esperar_pronto(registro, lido)

    def stop(self) -> None:
        """SIGTERM, and SIGKILL where that takes over 20 s."""
        if self._processo is None:
            return
        self.resume()
        self._processo.terminate()
        try:
            self._processo.wait(timeout=20)
        except subprocess.TimeoutExpired:
            self._processo.kill()
        self._enterrar()

    def kill(self) -> None:
        """SIGKILL: what the broker had acknowledged must still be there at the next `start`."""
        if self._processo is None:
            return
        self._processo.kill()
        self._enterrar()

    def pause(self) -> None:
        """SIGSTOP: connections stay open and nothing answers, as when a cable is pulled."""
        if self._processo is not None:
            self._processo.send_signal(signal.SIGSTOP)

    def resume(self) -> None:
        if self._processo is not None:
            self._processo.send_signal(signal.SIGCONT)

    @property
    def _propriedades(self) -> Path:
        return self._pasta / "server.properties"

    def _configurar(self) -> int:
        if self._propriedades.exists():
            achado = re.search(r"^listeners=PLAINTEXT://127\.0\.0\.1:(\d+)", self._propriedades.read_text(), re.MULTILINE)
            if achado is None:
                raise RuntimeError(f"{self._propriedades} não é de um broker de teste")
            return int(achado[1])
        porta, porta_controle = _portas_livres(2)
        modelo = Template((RECEITA / "server.properties.modelo").read_text())
        dados = self._pasta / "dados"
        texto = modelo.substitute(porta=porta, porta_controle=porta_controle, dados=dados)
        provisorio = self._propriedades.with_suffix(".novo")
        provisorio.write_text(texto)
        self._formatar(provisorio)
        # last, so that its presence says that the storage is formatted
        provisorio.rename(self._propriedades)
        return porta

    def _formatar(self, propriedades: Path) -> None:
        cluster = base64.urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=")
        # an id that begins with a dash reads as an option
        cluster = cluster.replace("-", "A")
        comando = [self._java, *JVM, *self._opcoes_de_log(), "-cp", self._classes, "kafka.tools.StorageTool", "format"]
        feito = subprocess.run(  # noqa: S603
            [*comando, "-t", cluster, "-c", str(propriedades), "--ignore-formatted"],
            capture_output=True,
            text=True,
            check=False,
            timeout=LIMITE_PARTIDA_S,
        )
        if feito.returncode != 0:
            raise RuntimeError(f"o Kafka não formatou a pasta: {feito.stdout[-500:]}{feito.stderr[-500:]}")

    def _opcoes_de_log(self) -> tuple[str, ...]:
        return (f"-Dlog4j2.configurationFile=file:{RECEITA / 'log4j2.properties'}", f"-Dkafka.logs.dir={self._pasta}")

    def _esperar_pronto(self, registro: Path, desde: int) -> None:
        fim = time.monotonic() + LIMITE_PARTIDA_S
        while time.monotonic() < fim:
            with registro.open("rb") as arquivo:
                arquivo.seek(desde)
                if b"Kafka Server started" in arquivo.read():
                    return
            if self._processo is None or self._processo.poll() is not None:
                break
            time.sleep(0.1)
        self.kill()
        raise RuntimeError(f"o Kafka não subiu: {registro.read_text(errors='replace')[-2000:]}")

    def _enterrar(self) -> None:
        if self._processo is not None:
            self._processo.wait()
        self._processo = None
        atexit.unregister(self.kill)
        (self._pasta / "pid").unlink(missing_ok=True)

    def _matar_resto(self) -> None:
        """Ends the broker that a killed test session left on this folder."""
        try:
            resto = psutil.Process(int((self._pasta / "pid").read_text()))
            if str(self._propriedades) in resto.cmdline():
                resto.kill()
                resto.wait(timeout=10)
        except (FileNotFoundError, ValueError, psutil.NoSuchProcess):
            return


@contextlib.contextmanager
def broker_temporario() -> Iterator[BrokerKafka]:
    """A running broker on a folder that goes away with it. Raises `KafkaAusente`."""
    with tempfile.TemporaryDirectory(prefix="regua-kafka-") as pasta:
        broker = BrokerKafka(Path(pasta))
        try:
            broker.start()
            yield broker
        finally:
            # its data goes with it: an orderly stop would only take longer
            broker.kill()


def pular_ou_falhar(ausencia: KafkaAusente) -> None:
    """Skips the test with the reason; in CI, where a broker is required, fails it."""
    if os.environ.get("CI") == "true":
        pytest.fail(f"CI=true exige o Kafka: {ausencia}", pytrace=False)
    pytest.skip(str(ausencia))


@pytest.fixture(scope="session")
def kafka_bootstrap() -> Iterator[str]:
    """The address of a broker: `KAFKA_BOOTSTRAP`, or one started for this session."""
    if dado := os.environ.get("KAFKA_BOOTSTRAP"):
        yield dado
        return
    with contextlib.ExitStack() as pilha:
        try:
            broker = pilha.enter_context(broker_temporario())
        except KafkaAusente as ausencia:
            pular_ou_falhar(ausencia)
            return
        yield broker.bootstrap


@pytest.fixture
def broker_kafka(tmp_path: Path) -> Iterator[BrokerKafka]:
    """A running broker of the test's own, to be paused, killed and started again."""
    try:
        broker = BrokerKafka(tmp_path / "kafka")
    except KafkaAusente as ausencia:
        pular_ou_falhar(ausencia)
        return
    try:
        broker.start()
        yield broker
    finally:
        broker.kill()


def main() -> int:
    signal.signal(signal.SIGTERM, signal.getsignal(signal.SIGINT))
    try:
        with broker_temporario() as broker:
            print(broker.bootstrap, flush=True)  # noqa: T201
            signal.pause()
    except KafkaAusente as ausencia:
        print(ausencia, file=sys.stderr)  # noqa: T201
        return 1
    except KeyboardInterrupt:
        return 0
    return 0


if __name__ == "__main__":
    sys.exit(main())
