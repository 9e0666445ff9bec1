"""Reading a document of rules field by field: every error found at once, by the field's path, in Portuguese."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, Final, TypeVar

from kernel.domain.datas import Competencia, ler_competencia
from kernel.domain.dinheiro import ler_centavos
from kernel.domain.errors import EntradaInvalida
from parcelamento.errors import CampoRecusado, DadosRecusados

T = TypeVar("T")

_FRACAO: Final = re.compile(r"[01]\.[0-9]{1,8}|[01]")
_DATA: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_MAIOR_TEXTO: Final = 500
_MAIOR_LISTA: Final = 500


class NormaInvalida(DadosRecusados):
    """A document of rules that cannot be used; `campos` says where and why."""

    codigo = "norma_invalida"

    def __init__(self, campos: Sequence[CampoRecusado]) -> None:
        super().__init__("; ".join(f"{c['campo']}: {c['motivo']}" for c in campos), campos=campos)


class Objeto:
    """One object of the document. Each method reads a field; a bad one is noted and stands for a harmless value.

    Nothing read may be used before `erros` is seen to be empty.
    """

    def __init__(self, corpo: Mapping[str, Any], caminho: str, erros: list[CampoRecusado]) -> None:
        self.caminho = caminho
        self.erros = erros
        self._corpo = corpo
        self._lidos: set[str] = set()

    def recusar(self, campo: str, motivo: str) -> None:
        """Notes an error of `campo`."""
        self.erros.append({"campo": self._de(campo), "motivo": motivo})

    def encerrar(self) -> None:
        """Notes the fields that nobody asked for: a name misspelt must not pass for a default."""
        for campo in self._corpo.keys() - self._lidos:
            self.recusar(str(campo), "campo desconhecido.")

    def campos(self) -> tuple[str, ...]:
        """The names of the fields that are there."""
        return tuple(self._corpo)

    def opcional(self, ler: Callable[[str], T], campo: str) -> T | None:
        """What `ler` reads, or None where the field is missing or null."""
        self._lidos.add(campo)
        return None if self._corpo.get(campo) is None else ler(campo)

    def texto(self, campo: str) -> str:
        valor = self._valor(campo)
        if not isinstance(valor, str) or not valor.strip() or len(valor) > _MAIOR_TEXTO:
            self.recusar(campo, f"falta, ou não é um texto de até {_MAIOR_TEXTO} caracteres.")
            return ""
        return valor

    def identificador(self, campo: str, padrao: str, formato: str) -> str:
        """A text that matches `padrao`; `formato` describes it."""
        valor = self._valor(campo)
        if not isinstance(valor, str) or re.fullmatch(padrao, valor) is None:
            self.recusar(campo, f"deve ter {formato}.")
            return ""
        return valor

    def logico(self, campo: str) -> bool:
        valor = self._valor(campo)
        if not isinstance(valor, bool):
            self.recusar(campo, "deve ser verdadeiro ou falso.")
            return False
        return valor

    def inteiro(self, campo: str, *, minimo: int = 0, maximo: int = 10_000) -> int:
        valor = self._valor(campo)
        if isinstance(valor, bool) or not isinstance(valor, int) or not minimo <= valor <= maximo:
            self.recusar(campo, f"deve ser um número inteiro de {minimo} a {maximo}.")
            return minimo
        return valor

    def fracao(self, campo: str) -> Decimal:
        """A fraction from 0 to 1, written as text: `"0.40"` is 40%."""
        valor = self._valor(campo)
        if not isinstance(valor, str) or _FRACAO.fullmatch(valor) is None or Decimal(valor) > 1:
            self.recusar(campo, 'deve ser uma fração entre aspas, de "0" a "1": "0.40" é 40%.')
            return Decimal(0)
        return Decimal(valor)

    def centavos(self, campo: str) -> int:
        valor = self._valor(campo)
        if not isinstance(valor, str):
            self.recusar(campo, 'deve ser um valor entre aspas, como "100.00".')
            return 0
        try:
            return ler_centavos(valor)
        except EntradaInvalida as erro:
            self.recusar(campo, str(erro))
            return 0

    def data(self, campo: str) -> date:
        valor = self._valor(campo)
        try:
            if isinstance(valor, str) and _DATA.fullmatch(valor):
                return date.fromisoformat(valor)
        except ValueError:
            self.recusar(campo, "a data não existe no calendário.")
            return date.min
        self.recusar(campo, "deve ser uma data aaaa-mm-dd.")
        return date.min

    def competencia(self, campo: str) -> Competencia:
        valor = self._valor(campo)
        try:
            return ler_competencia(valor if isinstance(valor, str) else "-")
        except EntradaInvalida as erro:
            self.recusar(campo, str(erro))
            return Competencia(0)

    def objeto(self, campo: str) -> Objeto:
        valor = self._valor(campo)
        if not isinstance(valor, Mapping):
            self.recusar(campo, "falta, ou não é um objeto.")
            # what is missing inside a missing object is no further error
            return Objeto({}, self._de(campo), [])
        return Objeto(valor, self._de(campo), self.erros)

    def objetos(self, campo: str, *, minimo: int = 0) -> list[Objeto]:
        """A list of at least `minimo` objects."""
        lista = self._lista(campo, minimo)
        lidos = []
        for i, item in enumerate(lista):
            caminho = f"{self._de(campo)}[{i}]"
            if isinstance(item, Mapping):
                lidos.append(Objeto(item, caminho, self.erros))
            else:
                self.erros.append({"campo": caminho, "motivo": "deve ser um objeto."})
        return lidos

    def escolha(self, campo: str, entre: Collection[str]) -> str:
        valor = self._valor(campo)
        if not isinstance(valor, str) or valor not in entre:
            self.recusar(campo, f"deve ser um de {', '.join(entre)}.")
            return ""
        return valor

    def escolhas(self, campo: str, entre: Collection[Any] | None = None, *, minimo: int = 1) -> tuple[Any, ...]:
        """A list without repetition, of texts if `entre` is None, else of values out of `entre`."""
        lista = self._lista(campo, minimo)
        for i, item in enumerate(lista):
            # True equals 1 and 1.0 equals 1: neither is an account
            certo = isinstance(item, str) and item.strip() if entre is None else type(item) in (int, str) and item in entre
            if not certo:
                motivo = "deve ser um texto." if entre is None else f"deve ser um de {', '.join(map(str, entre))}."
                self.erros.append({"campo": f"{self._de(campo)}[{i}]", "motivo": motivo})
                return ()
        if len(set(lista)) != len(lista):
            self.recusar(campo, "tem valores repetidos.")
        return tuple(lista)

    def textos(self, campo: str) -> dict[str, str]:
        """An object of texts."""
        objeto = self.objeto(campo)
        return {nome: objeto.texto(nome) for nome in objeto.campos()}

    def _lista(self, campo: str, minimo: int) -> list[Any]:
        valor = self._valor(campo)
        if not isinstance(valor, list) or not minimo <= len(valor) <= _MAIOR_LISTA:
            self.recusar(campo, f"deve ser uma lista de {minimo} a {_MAIOR_LISTA} itens.")
            return []
        return valor

    def _valor(self, campo: str) -> Any:
        self._lidos.add(campo)
        return self._corpo.get(campo)

    def _de(self, campo: str) -> str:
        return f"{self.caminho}.{campo}" if self.caminho else campo
