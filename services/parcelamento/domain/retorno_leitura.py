"""Reads a return file by blocks of whole lines: its payments by column, the bad ones set aside, its counts held to the trailer.

Fast where a block is as it should be: a look at all of it says that no line needs a look of its own.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import compress
from typing import Final

from kernel.cargas.leitura import Rejeicao, conteudo_visivel
from parcelamento.domain.digitos_em_bloco import codigos_errados
from parcelamento.domain.retorno import (
    MAIS_REGISTROS,
    TAMANHO,
    Cabecalho,
    RetornoRecusado,
    Trailer,
    ler_cabecalho,
    ler_data,
    ler_trailer,
    so_algarismos,
    somar,
)
from parcelamento.domain.retorno_outros import recusar_primeira_linha, recusar_registro

_PASSO: Final = TAMANHO + 1
_CODIGO: Final = slice(37, 81)
_VALOR: Final = slice(81, 93)
_NSR: Final = slice(100, 108)
_FIM_ANTIGO: Final = "\x1a"
"""Ctrl-Z, with which systems older than the layout end a file."""

# defect → the field and what is wrong with it
_REJEICOES: Final = {
    "pago_em": ("pago_em", "A data de pagamento (posições 22 a 29) não existe."),
    "creditado_em": ("creditado_em", "A data de crédito (posições 30 a 37) não existe."),
    "barras": ("barras", "O código de barras (posições 38 a 81) precisa ter 44 algarismos."),
    "digito": ("barras", "O código de barras (posições 38 a 81) não é de arrecadação, ou seu dígito verificador não confere."),
    "nsr": ("nsr", "O NSR (posições 101 a 108) precisa ter 8 algarismos."),
}
_MAIS_DATAS: Final = 10_000


@dataclass(frozen=True, slots=True)
class Trecho:
    """Payments of a block, by column, side by side.

    Dates are ISO, `creditado_em` None where the bank told none; the rest is digits.
    """

    linhas: Sequence[int] = ()
    nsr: Sequence[str] = ()
    pago_em: Sequence[str | None] = ()
    creditado_em: Sequence[str | None] = ()
    barras: Sequence[str] = ()
    valor: Sequence[str] = ()
    rejeitadas: Sequence[Rejeicao] = ()


class _Datas(dict[str, "str | None"]):
    """`AAAAMMDD` → ISO, for the few days that a file repeats; None for what is no day."""

    def __missing__(self, algarismos: str) -> str | None:
        dia = ler_data(algarismos)
        if len(self) >= _MAIS_DATAS:
            self.clear()
        lida = self[algarismos] = None if dia is None else dia.isoformat()
        return lida


class LeituraDeRetorno:
    """One file, given block by block and then closed. Raises RetornoRecusado as soon as nothing of it can be taken."""

    def __init__(self) -> None:
        self.cabecalho: Cabecalho | None = None
        self.trailer: Trailer | None = None
        self.linhas = 0
        self.registros = 0
        self.total = 0
        self._resumo = hashlib.sha256()
        self._datas = _Datas()

    @property
    def resumo(self) -> bytes:
        """SHA-256 of the records A and G read so far, whatever their line ends; Z only counts them."""
        return self._resumo.digest()

    def ler(self, bruto: bytes) -> Trecho:
        """The payments in `bruto`: whole lines, the last one's end may be missing."""
        texto = _com_fim(bruto.replace(b"\r\n", b"\n"))
        if self.cabecalho is None:
            texto = self._abrir(texto)
        primeira = self.linhas + 1
        linhas = self._registros(texto)
        if self.registros > MAIS_REGISTROS:
            raise RetornoRecusado(f"O arquivo passa dos {MAIS_REGISTROS} registros que o layout permite.", linha=self.linhas)
        self._resumo.update("".join(linhas).encode("latin-1"))
        return self._colunas(range(primeira, primeira + len(linhas)), linhas) if linhas else Trecho()

    def encerrar(self) -> None:
        """Holds what was read to the trailer. Raises RetornoRecusado."""
        if self.cabecalho is None:
            raise RetornoRecusado("O arquivo está vazio.")
        if self.trailer is None:
            raise RetornoRecusado("O arquivo acaba sem o registro Z: está truncado.", linha=self.linhas)
        if self.trailer.registros != self.registros:
            raise RetornoRecusado(
                f"O registro Z conta {self.trailer.registros} registros, e o arquivo tem {self.registros}.", linha=self.registros
            )
        if self.trailer.total != self.total:
            raise RetornoRecusado(
                f"O registro Z soma R$ {_reais(self.trailer.total)}, e os registros G, R$ {_reais(self.total)}.",
                linha=self.registros,
            )

    def _abrir(self, texto: str) -> str:
        primeira, _, resto = texto.partition("\n")
        registro = _sem_utf8(primeira)
        recusar_primeira_linha(registro)
        self.cabecalho = ler_cabecalho(registro)
        self.linhas = self.registros = 1
        self._resumo.update(registro.encode("latin-1", "replace"))
        return resto

    def _registros(self, texto: str) -> list[str]:
        """The records G of the block, and the trailer put by; counts both."""
        quantas, sobra = divmod(len(texto), _PASSO)
        em_passo = not sobra and self.trailer is None and texto[TAMANHO::_PASSO] == "\n" * quantas
        if em_passo and texto[0::_PASSO] == "G" * quantas:
            self.linhas += quantas
            self.registros += quantas
            return texto.split("\n")[:-1]
        return list(self._um_a_um(texto.split("\n")[:-1]))

    def _um_a_um(self, linhas: Sequence[str]) -> Iterator[str]:
        for linha in linhas:
            self.linhas += 1
            if self.trailer is not None:
                if linha.strip(f" \r{_FIM_ANTIGO}"):
                    raise RetornoRecusado("Há registros depois do registro Z.", linha=self.linhas)
            elif len(linha) == TAMANHO and linha[0] == "G":
                self.registros += 1
                yield linha
            else:
                recusar_registro(linha, self.linhas)
                self.registros += 1
                self.trailer = ler_trailer(linha, self.linhas)

    def _colunas(self, numeros: Sequence[int], linhas: Sequence[str]) -> Trecho:
        valores = [linha[_VALOR] for linha in linhas]
        self.total += _somar(valores, numeros)
        trecho = Trecho(
            linhas=numeros,
            nsr=[linha[_NSR] for linha in linhas],
            pago_em=[self._datas[linha[21:29]] for linha in linhas],
            creditado_em=[self._datas[linha[29:37]] for linha in linhas],
            barras=[linha[_CODIGO] for linha in linhas],
            valor=valores,
        )
        recusas = _recusas(trecho, linhas)
        return _sem_as_recusadas(trecho, recusas, linhas) if recusas else trecho


def _sem_as_recusadas(trecho: Trecho, recusas: Mapping[int, str], linhas: Sequence[str]) -> Trecho:
    boas = [i not in recusas for i in range(len(linhas))]
    return Trecho(
        linhas=list(compress(trecho.linhas, boas)),
        nsr=list(compress(trecho.nsr, boas)),
        pago_em=list(compress(trecho.pago_em, boas)),
        creditado_em=list(compress(trecho.creditado_em, boas)),
        barras=list(compress(trecho.barras, boas)),
        valor=list(compress(trecho.valor, boas)),
        rejeitadas=[
            Rejeicao(trecho.linhas[i], *_REJEICOES[defeito], conteudo_visivel(linhas[i]))
            for i, defeito in sorted(recusas.items())
        ],
    )


def _recusas(trecho: Trecho, linhas: Sequence[str]) -> dict[int, str]:
    """The first defect of each bad record, by its place in the block."""
    recusas: dict[int, str] = {}
    if None in trecho.pago_em:
        recusas |= {i: "pago_em" for i, dia in enumerate(trecho.pago_em) if dia is None}
    if None in trecho.creditado_em:
        # no day told is zeros or blanks
        sem_dia = (i for i, dia in enumerate(trecho.creditado_em) if dia is None and linhas[i][29:37].strip(" 0"))
        recusas = dict.fromkeys(sem_dia, "creditado_em") | recusas
    if not so_algarismos("".join(trecho.barras)):
        recusas = {i: "barras" for i, codigo in enumerate(trecho.barras) if not so_algarismos(codigo)} | recusas
    legiveis = [i for i in range(len(linhas)) if i not in recusas] if recusas else range(len(linhas))
    recusas |= {legiveis[n]: "digito" for n in codigos_errados([trecho.barras[i] for i in legiveis])}
    if not so_algarismos("".join(trecho.nsr)):
        recusas = {i: "nsr" for i, nsr in enumerate(trecho.nsr) if not so_algarismos(nsr)} | recusas
    return recusas


def _somar(valores: Sequence[str], numeros: Sequence[int]) -> int:
    if not so_algarismos("".join(valores)):
        # what it is worth is not known, so the trailer's sum cannot be held to it
        errado = next(i for i, valor in enumerate(valores) if not so_algarismos(valor))
        raise RetornoRecusado(
            "Precisa ter só algarismos; sem ele o total do arquivo não pode ser conferido.",
            linha=numeros[errado],
            campo="valor recebido (posições 82 a 93)",
        )
    return somar(valores)


def _com_fim(bruto: bytes) -> str:
    texto = bruto.decode("latin-1")
    return texto if texto.endswith("\n") else f"{texto}\n"


def _sem_utf8(linha: str) -> str:
    """The header's line. Some write its accents, and even a mark before it, in UTF-8."""
    if linha.isascii():
        return linha
    try:
        em_utf8 = linha.encode("latin-1").decode("utf-8-sig")
    except UnicodeDecodeError:
        return linha
    return em_utf8 if len(em_utf8) == TAMANHO else linha


def _reais(centavos: int) -> str:
    return f"{centavos // 100:,}".replace(",", ".") + f",{centavos % 100:02d}"
