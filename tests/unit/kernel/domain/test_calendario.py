"""Holidays against an independent library, business days, and the contact hours' promises."""

from datetime import UTC, date, datetime, time, timedelta, timezone

import holidays
import pytest
from dateutil.easter import easter  # type: ignore[import-untyped]
from hypothesis import given
from hypothesis import strategies as st

from kernel.domain.calendario import HORARIO_PADRAO, Calendario, Faixa, HorarioDeContato, JanelaDeContato
from kernel.domain.feriados import DiaFixo, DiaUnico, Feriado, pascoa

CONTATO = Calendario.contato()
JANELA = JanelaDeContato(CONTATO)
MACEIO = timezone(timedelta(hours=-3))
MINUTO = timedelta(minutes=1)

# Maceió has not known summer time since 2002.
instantes = st.datetimes(datetime(2003, 1, 1), datetime(2090, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
dias = st.dates(date(2003, 1, 1), date(2090, 1, 1))


def em_maceio(texto: str) -> datetime:
    return datetime.fromisoformat(texto).replace(tzinfo=MACEIO)


@pytest.mark.parametrize("ano", range(1900, 2200))
def test_pascoa(ano: int) -> None:
    assert pascoa(ano) == easter(ano)


@pytest.mark.parametrize("ano", [*range(2003, 2035)])
def test_contato_tem_todos_os_feriados_da_biblioteca(ano: int) -> None:
    da_biblioteca = holidays.country_holidays("BR", subdiv="AL", years=ano, categories=("public", "optional"))
    assert set(da_biblioteca) <= set(CONTATO.feriados(ano))


@pytest.mark.parametrize("ano", [*range(2003, 2035)])
@pytest.mark.parametrize("uf", ["AL", "MA"])
def test_bancario_e_o_nacional_com_o_do_estado(uf: str, ano: int) -> None:
    nomes = {"Carnaval", "Corpus Christi"}
    opcionais = holidays.country_holidays("BR", years=ano, categories="optional", language="pt_BR")
    esperado = set(holidays.country_holidays("BR", subdiv=uf, years=ano))
    esperado |= {dia for dia, nome in opcionais.items() if nome in nomes}
    calendario = Calendario.bancario("AL" if uf == "AL" else "MA")
    a_mais = set(calendario.feriados(ano)) - esperado
    assert esperado <= set(calendario.feriados(ano))
    assert all("transferido" in calendario.feriados(ano)[dia].nome for dia in a_mais)


@pytest.mark.parametrize(
    ("dia", "nome"),
    [
        ("2026-02-16", "Segunda-feira de Carnaval"),
        ("2026-02-17", "Terça-feira de Carnaval"),
        ("2026-02-18", "Quarta-feira de Cinzas"),
        ("2026-06-04", "Corpus Christi"),
        ("2026-06-24", "São João"),
        ("2026-06-29", "São Pedro"),
        ("2026-08-27", "Nossa Senhora dos Prazeres"),
        ("2026-09-16", "Emancipação Política de Alagoas"),
        ("2026-11-20", "Dia Nacional de Zumbi e da Consciência Negra"),
        ("2026-11-30", "Dia Estadual do Evangélico"),
        ("2026-12-08", "Nossa Senhora da Conceição"),
        ("2023-12-01", "Dia Estadual do Evangélico (transferido)"),
        ("2027-11-29", "Dia Estadual do Evangélico (transferido)"),
        ("2023-11-20", "Zumbi dos Palmares"),
    ],
)
def test_dias_sem_contato_em_maceio(dia: str, nome: str) -> None:
    feriado = CONTATO.feriado_em(date.fromisoformat(dia))
    assert feriado is not None
    assert feriado.nome == nome
    assert feriado.fundamento


def test_bancario_nao_para_por_ponto_facultativo_nem_por_maceio() -> None:
    calendario = Calendario.bancario("AL")
    for dia in ("2026-02-18", "2026-08-27", "2026-12-08", "2026-12-24", "2026-12-31", "2026-10-28"):
        assert calendario.dia_util(date.fromisoformat(dia)), dia
    assert not Calendario.bancario().eh_feriado(date(2026, 6, 24))
    assert Calendario.bancario("MA").eh_feriado(date(2026, 7, 28))


def test_consciencia_negra_so_e_nacional_desde_2024() -> None:
    assert not Calendario.bancario().eh_feriado(date(2023, 11, 20))
    assert Calendario.bancario().eh_feriado(date(2024, 11, 20))


def test_calendario_feito_de_dados_proprios() -> None:
    regras = (
        Feriado("Luto", DiaUnico(date(2026, 3, 3)), "AL", "Decreto"),
        Feriado("Festa", DiaFixo(3, 4), "maceio", "Lei", desde=2026, ate=2027),
    )
    calendario = Calendario(regras)
    assert list(calendario.feriados(2026)) == [date(2026, 3, 3), date(2026, 3, 4)]
    assert list(calendario.feriados(2027)) == [date(2027, 3, 4)]
    assert not calendario.feriados(2028)
    assert calendario == Calendario(regras)


@given(dias, st.integers(-30, 30))
def test_somar_dias_uteis_conta_dias_uteis(dia: date, quantos: int) -> None:
    calendario = Calendario.bancario("AL")
    fim = calendario.somar_dias_uteis(dia, quantos)
    assert calendario.dia_util(fim)
    passo = 1 if quantos > 0 else -1
    entre = (dia + timedelta(days=passo * n) for n in range(1, abs((fim - dia).days) + 1))
    if quantos:
        assert sum(map(calendario.dia_util, entre)) == abs(quantos)
    else:
        assert fim == calendario.proximo_dia_util(dia)


@given(dias)
def test_proximo_dia_util_e_o_primeiro(dia: date) -> None:
    proximo = CONTATO.proximo_dia_util(dia)
    assert proximo >= dia
    assert CONTATO.dia_util(proximo)
    assert not any(CONTATO.dia_util(dia + timedelta(days=n)) for n in range((proximo - dia).days))


@pytest.mark.parametrize(
    ("instante", "permitido"),
    [
        ("2026-11-23T07:59:59.999999", False),
        ("2026-11-23T08:00", True),
        ("2026-11-23T19:59:59.999999", True),
        ("2026-11-23T20:00", False),
        ("2026-11-21T08:00", True),
        ("2026-11-21T13:59:59", True),
        ("2026-11-21T14:00", False),
        ("2026-11-22T10:00", False),
        ("2026-11-20T10:00", False),
        ("2026-11-30T10:00", False),
        ("2026-02-17T10:00", False),
    ],
)
def test_horas_de_contato(instante: str, *, permitido: bool) -> None:
    assert JANELA.permite(em_maceio(instante)) is permitido
    assert JANELA.permite(em_maceio(instante).astimezone(UTC)) is permitido


@pytest.mark.parametrize(
    ("instante", "proximo"),
    [
        ("2026-11-23T10:00", "2026-11-23T10:00"),
        ("2026-11-23T03:00", "2026-11-23T08:00"),
        ("2026-11-23T20:00", "2026-11-24T08:00"),
        ("2026-11-19T20:00", "2026-11-21T08:00"),
        ("2026-11-21T14:00", "2026-11-23T08:00"),
        ("2026-12-23T23:00", "2026-12-26T08:00"),
        ("2026-02-14T15:00", "2026-02-19T08:00"),
    ],
)
def test_proximo_instante(instante: str, proximo: str) -> None:
    assert JANELA.proximo_instante(em_maceio(instante)) == em_maceio(proximo)


@given(instantes)
def test_proximo_instante_e_permitido_e_o_primeiro(instante: datetime) -> None:
    proximo = JANELA.proximo_instante(instante)
    assert JANELA.permite(proximo)
    assert proximo >= instante
    assert JANELA.proximo_instante(proximo) == proximo
    assert (proximo == instante) == JANELA.permite(instante)
    if proximo > instante:
        assert not JANELA.permite(max(instante, proximo - MINUTO))


@given(instantes, st.timedeltas(timedelta(0), timedelta(days=10)))
def test_proximo_instante_nunca_volta(instante: datetime, depois: timedelta) -> None:
    assert JANELA.proximo_instante(instante) <= JANELA.proximo_instante(instante + depois)


@given(instantes)
def test_nunca_em_domingo_feriado_ou_fora_das_horas(instante: datetime) -> None:
    local = JANELA.proximo_instante(instante).astimezone(MACEIO)
    assert local.weekday() != 6
    assert not CONTATO.eh_feriado(local.date())
    assert time(8) <= local.time() < (time(14) if local.weekday() == 5 else time(20))


@given(instantes)
def test_o_que_resta_no_dia(instante: datetime) -> None:
    resta, fim = JANELA.resta_no_dia(instante), JANELA.fim_do_dia(instante)
    hoje = JANELA.dia_local(instante)
    assert bool(resta) == (JANELA.dia_local(JANELA.proximo_instante(instante)) == hoje)
    if resta:
        assert fim is not None
        assert JANELA.proximo_instante(instante) + resta == fim
    if fim is not None:
        assert not JANELA.permite(fim)
        assert JANELA.permite(fim - MINUTO)


def test_resta_e_fim_do_dia() -> None:
    assert JANELA.resta_no_dia(em_maceio("2026-11-23T18:30")) == timedelta(hours=1, minutes=30)
    assert JANELA.resta_no_dia(em_maceio("2026-11-23T06:00")) == timedelta(hours=12)
    assert not JANELA.resta_no_dia(em_maceio("2026-11-23T20:00"))
    assert JANELA.fim_do_dia(em_maceio("2026-11-21T23:00")) == em_maceio("2026-11-21T14:00")
    assert JANELA.fim_do_dia(em_maceio("2026-11-22T10:00")) is None


def test_o_dia_e_o_de_maceio() -> None:
    assert JANELA.dia_local(datetime(2026, 11, 23, 2, 59, tzinfo=UTC)) == date(2026, 11, 22)
    assert JANELA.dia_local(datetime(2026, 11, 23, 3, 0, tzinfo=UTC)) == date(2026, 11, 23)


def test_politica_pode_trocar_as_horas() -> None:
    so_segunda = HorarioDeContato((Faixa(time(9), time(18)), *[None] * 6), "America/Fortaleza")
    janela = JanelaDeContato(Calendario(()), so_segunda)
    assert janela.proximo_instante(em_maceio("2026-11-24T10:00")) == em_maceio("2026-11-30T09:00")


def test_janela_que_nunca_abre_e_erro_e_nao_laco_sem_fim() -> None:
    sempre_fechado = Calendario(tuple(Feriado("Fechado", DiaFixo(d.month, d.day), "AL", "Teste") for d in _dias_do_ano()))
    with pytest.raises(ValueError, match="no open day"):
        JanelaDeContato(sempre_fechado).proximo_instante(em_maceio("2026-01-05T10:00"))


@pytest.mark.parametrize("semana", [(), (None,) * 7, (Faixa(time(8), time(9)),) * 6])
def test_horario_sem_semana_ou_sem_dia_aberto_e_recusado(semana: tuple[Faixa | None, ...]) -> None:
    with pytest.raises(ValueError, match="week"):
        HorarioDeContato(semana, "America/Maceio")


@pytest.mark.parametrize("faixa", [(time(9), time(9)), (time(10), time(9)), (time(9, tzinfo=UTC), time(10))])
def test_faixa_as_avessas_e_recusada(faixa: tuple[time, time]) -> None:
    with pytest.raises(ValueError, match="Faixa"):
        Faixa(*faixa)


def test_instante_sem_fuso_e_recusado() -> None:
    sem_fuso = datetime(2026, 11, 23, 10)  # noqa: DTZ001
    for metodo in (JANELA.permite, JANELA.proximo_instante, JANELA.resta_no_dia, JANELA.fim_do_dia):
        with pytest.raises(ValueError, match="time zone"):
            metodo(sem_fuso)


def test_horario_padrao_e_o_da_lei() -> None:
    assert [faixa and (faixa.inicio.hour, faixa.fim.hour) for faixa in HORARIO_PADRAO.semana] == ([(8, 20)] * 5 + [(8, 14), None])


def _dias_do_ano() -> list[date]:
    return [date(2026, 1, 1) + timedelta(days=n) for n in range(365)]
