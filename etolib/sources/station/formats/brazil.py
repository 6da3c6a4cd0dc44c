"""INMET, Brazil's weather service, a row per kind of file."""

from __future__ import annotations

from etolib.sources.station.formats import brazil_tables as tables
from etolib.sources.station.formats.row import Format, Spec
from etolib.sources.station.formats.text import find_header

_WIND = 10.0
_HOURLY = {
    "data": Spec("date"), "data yyyy mm dd": Spec("date"), "hora utc": Spec("hour"),
    "precipitacao total horario mm": Spec("precipitation", "mm"),
    "pressao atmosferica ao nivel da estacao horaria mb": Spec("pressure", "hPa"),
    "radiacao global kj m2": Spec("rs", "kJ/m²"), "temperatura do ar bulbo seco horaria c": Spec("tmean", "°C"),
    "temperatura do ponto de orvalho c": Spec("tdew", "°C"),
    "temperatura maxima na hora ant aut c": Spec("tmax", "°C"),
    "temperatura minima na hora ant aut c": Spec("tmin", "°C"),
    "umidade rel max na hora ant aut": Spec("rhmax", "%"), "umidade rel min na hora ant aut": Spec("rhmin", "%"),
    "umidade relativa do ar horaria": Spec("rhmean", "%"), "vento velocidade horaria m s": Spec("u2", "m/s"),
}  # fmt: skip

INMET = Format(
    name="inmet",
    title="INMET, estação automática (dados históricos)",
    recognise=lambda head: any(
        find_header(head.lines, *header, "precipitacao total horario mm") for header in tables.INMET_HEADERS
    ),
    table=tables.inmet,
    columns=_HOURLY,
    closed=True,
    wind_height=_WIND,
    stamps="end",
    time_zone=0.0,
    source="INMET, dados históricos anuais (portal.inmet.gov.br/dadoshistoricos): hours in UTC, extremes and radiation "
    "of the hour before, kJ/m², hPa; wind at 10 m (WMO)",
)

INMET_TEMPO = Format(
    name="inmet_tempo",
    title="INMET, tabela de dados das estações",
    recognise=lambda head: find_header(head.lines, "data", "hora utc", "temp max c", "temp min c") is not None,
    columns={
        "data": Spec("date"), "hora utc": Spec("hour"), "temp ins c": Spec("tmean", "°C"),
        "temp max c": Spec("tmax", "°C"), "temp min c": Spec("tmin", "°C"), "umi ins": Spec("rhmean", "%"),
        "umi max": Spec("rhmax", "%"), "umi min": Spec("rhmin", "%"), "pto orvalho ins c": Spec("tdew", "°C"),
        "pressao ins hpa": Spec("pressure", "hPa"), "vel vento m s": Spec("u2", "m/s"),
        "radiacao kj m2": Spec("rs", "kJ/m²"), "chuva mm": Spec("precipitation", "mm"),
    },
    dates="day first",
    closed=True,
    wind_height=_WIND,
    stamps="end",
    time_zone=0.0,
    source="INMET, tabela de dados das estações (tempo.inmet.gov.br/TabelaEstacoes), as the yearly files",
)  # fmt: skip

INMET_DAILY = Format(
    name="inmet_daily",
    title="INMET, dados diários",
    recognise=lambda head: find_header(head.lines, "dt medicao", "temp max", "temp min") is not None,
    columns={
        "cd estacao": Spec("station"), "vl latitude": Spec("latitude"), "vl longitude": Spec("longitude"),
        "dt medicao": Spec("date"), "temp med": Spec("tmean", "°C"), "temp max": Spec("tmax", "°C"),
        "temp min": Spec("tmin", "°C"), "umid med": Spec("rhmean", "%"), "umid min": Spec("rhmin", "%"),
        "vel vento med": Spec("u2", "m/s"), "chuva": Spec("precipitation", "mm"),
    },
    closed=True,
    wind_height=_WIND,
    day="climatological day of INMET",
    source="INMET, manual de uso da API (estacao/diaria)",
)  # fmt: skip

BDMEP = Format(
    name="bdmep",
    title="INMET, BDMEP",
    recognise=lambda head: find_header(head.lines, "data medicao") is not None
    and find_header(head.lines, "data medicao", "hora medicao") is None,
    table=tables.bdmep,
    columns={
        "data medicao": Spec("date"), "insolacao total diario h": Spec("sunshine", "h"),
        **{
            f"{name}{kind}{unit}": spec
            for kind in ("", " aut")
            for name, unit, spec in (
                ("precipitacao total diario", " mm", Spec("precipitation", "mm")),
                ("pressao atmosferica media diaria", " mb", Spec("pressure", "hPa")),
                ("temperatura do ponto de orvalho media diaria", " c", Spec("tdew", "°C")),
                ("temperatura maxima diaria", " c", Spec("tmax", "°C")),
                ("temperatura media compensada diaria", " c", Spec("tmean", "°C")),
                ("temperatura media diaria", " c", Spec("tmean", "°C")),
                ("temperatura minima diaria", " c", Spec("tmin", "°C")),
                ("umidade relativa do ar media diaria", "", Spec("rhmean", "%")),
                ("umidade relativa do ar minima diaria", "", Spec("rhmin", "%")),
                ("umidade relativa do ar maxima diaria", "", Spec("rhmax", "%")),
                ("vento velocidade media diaria", " m s", Spec("u2", "m/s")),
            )
        },
    },
    closed=True,
    wind_height=_WIND,
    day="climatological day of INMET, that ends at 12 UTC",
    source="INMET, BDMEP (bdmep.inmet.gov.br): answers by day, conventional and automatic stations; wind at 10 m (WMO)",
)  # fmt: skip

BDMEP_HOURLY = Format(
    name="bdmep_hourly",
    title="INMET, BDMEP (horário)",
    recognise=lambda head: find_header(head.lines, "data medicao", "hora medicao") is not None,
    table=tables.bdmep,
    columns={
        "data medicao": Spec("date"), "hora medicao": Spec("hour"),
        **{name: spec for name, spec in _HOURLY.items() if spec.variable not in ("date", "hour")},
    },
    closed=True,
    wind_height=_WIND,
    stamps="end",
    time_zone=0.0,
    source="INMET, BDMEP (bdmep.inmet.gov.br): answers by hour, UTC",
)  # fmt: skip

BDMEP_OLD = Format(
    name="bdmep_old",
    title="INMET, BDMEP (até 2019)",
    recognise=lambda head: any(line.strip() == "BDMEP - INMET" for line in head.lines[:10])
    or find_header(head.lines, *tables.OLD_BDMEP, "tempmaxima") is not None,
    table=tables.old_bdmep,
    columns={
        "data": Spec("date"), "precipitacao": Spec("precipitation", "mm"), "tempmaxima": Spec("tmax", "°C"),
        "tempminima": Spec("tmin", "°C"), "insolacao": Spec("sunshine", "h"), "temp comp media": Spec("tmean", "°C"),
        "umidade relativa media": Spec("rhmean", "%"), "velocidade do vento media": Spec("u2", "m/s"),
    },
    dates="day first",
    closed=True,
    wind_height=_WIND,
    day="climatological day of INMET: maximum of 00 UTC, minimum of 12 UTC, rain until 12 UTC",
    source="BDMEP of before 2019 as the R package inmetr reads it (lhmet-ufsm/inmetr)",
)  # fmt: skip

FORMATS: tuple[Format, ...] = (INMET, INMET_TEMPO, INMET_DAILY, BDMEP, BDMEP_HOURLY, BDMEP_OLD)
