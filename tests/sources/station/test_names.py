"""What people call their columns: tables of names in six languages, and what they are or are not."""

from __future__ import annotations

import pytest

from etolib.sources.station.headers import take_apart
from etolib.sources.station.names import classify, height_of, read_name

NAMES = """
Tmax=tmax; TMIN=tmin; Temp. mínima=tmin; T2M_MAX=tmax; Dew Point=tdew; Relative humidity (max)=rhmax; UR_med=rhmean;
ALLSKY_SFC_SW_DWN=rs; PRECTOTCORR=precipitation; Vap Pres=ea; Insolação=sunshine; ETo=eto; Wind direction=-;
Max wind speed=-; Wind gust=-; Soil temperature=-; Net radiation=-; WS2M=u2; Tageshöchsttemperatur=tmax;
Lufttemperatur Minimum=tmin; Bodentemperatur=-; Windspitze=-; Sonnenscheindauer=sunshine; Taupunkt=tdew;
Luftdruck=pressure; TXK=tmax; UPM=rhmean; SHK_TAG=-; MESS_DATUM=date; Temperatura minima=tmin; Pioggia=precipitation;
Température moyenne=tmean; Event=-; Fecha=date; CLRSKY_SFC_SW_DWN=-; Sea level pressure=-;
Speed Avg=u2; Speed High=-;
Temperature (RX-TH 20000001:20000002-1),*C,Orchard=tmean;
tempmax=tmax; tempmin=tmin; temp_max=tmax; maxtemp=tmax; TMAX_C=tmax; Temp. Máx. [°C]=tmax; temp=tmean; dew=tdew;
humidity=rhmean; precip=precipitation; precipprob=-; windgust=-; windspeed=u2; sealevelpressure=-; solarradiation=rs;
solarenergy=rs;
Vapor Pressure Deficit (kPa)=-; VPD=-; Déficit de presión de vapor=-; Sättigungsdefizit=-;
déficit de pressão de vapor=-; Déficit de pression de vapeur=-; deficit di pressione di vapore=-;
Saturation vapour pressure=-; es (kPa)=-; Wet bulb (°C)=-; Bulbo húmedo=-; Bulbo úmido=-; Feuchttemperatur=-;
RH Wet bulb (°C)=-;
Diffuse radiation (MJ/m2)=-; Global radiation (MJ/m2)=rs; Radiación difusa=-; Diffusstrahlung=-;
Diffuse Himmelsstrahlung=-; Rayonnement diffus=-; DNI=-; DHI=-; GHI=rs; PAR=-; PPFD (µmol/m²/s)=-;
Extraterrestrial radiation=-; Ra=-; Radiação extraterrestre=-; Reflected shortwave=-; SW_out (W/m2)=-;
Shortwave upward radiation=-; Reflected radiation=-; Radiation nette=-; Longwave incoming=-; UV index=-;
UV radiation=-; Albedo=-; Clear-sky radiation=-; Photon flux=-; Solar Radiation=rs; Radiação solar global (MJ/m²)=rs;
Rayonnement global=rs; Globalstrahlung=rs; Radiazione solare=rs; Radiación solar=rs; Hi Solar Rad=-;
Max solar radiation=-; Incoming shortwave radiation=rs; shortwave_radiation_sum=rs;
Surface downwelling shortwave radiation=rs;
wind_speed_10m_mean (km/h)=u2; Rajada de vento=-; Ráfaga=-; Vento máximo=-; Velocidade do vento=u2;
Windgeschwindigkeit=u2; Viento medio=u2; Vent moyen=u2; wind_gusts_10m_max=-; wind_speed_10m_max=-; Wind Dir=-; WD=-;
Vitesse du vent=u2; Velocità del vento=u2; Böe=-; Racha máxima=-;
RH at time of Tmax=-; RH 9am=-; UR 15h=-; HR a las 14h=-; RH_Tmax=-; Humidité relative moyenne=rhmean;
Humedad relativa máxima=rhmax; Luftfeuchtigkeit=rhmean; Umidità relativa=rhmean; Umidade relativa do ar mínima=rhmin;
relative_humidity_2m_mean=rhmean; Rel. Luftfeuchte (%)=rhmean; RH@Tmin=-; Hora Tmax=-; Time of max temp=-;
Indoor humidity=-; Soil moisture=-; Specific humidity=-; 9am relative humidity (%)=-;
Indoor temperature=-; Inside Temp=-; Canopy temperature=-; Leaf temp=-; Water temperature=-; Panel temp=-;
PTemp_Avg=-; Module temperature=-; Battery=-; Logger temperature=-; Black globe temperature=-; Feels like=-;
feelslikemax=-; Heat index=-; Wind chill=-; apparent_temperature_max=-; Grass minimum temperature=-; Temp 5 cm=-;
Tmin 5cm (°C)=-; TempIn=-; Temp In (F)=-; Temp Out=tmean; Outdoor Temperature=tmean; Innentemperatur=-;
Temperatura do solo=-; Température du sol=-; Temperatura interna=-; Sensação térmica=-; Gefühlte Temperatur=-;
Temperatura del agua=-; Skin temperature=-; GDD=-; Growing degree days=-; Temp std=-; Tmax QC=-; Tmax flag=-;
Tmax count=-; Temp StdDev=-; temperature_80m=-; temperature_2m_max=tmax; Mean temp=tmean; Temperatura media=tmean;
Temperatur Mittel=tmean; Température maximale=tmax; Température minimale=tmin; Temperatura massima=tmax;
Temperatura mínima do ar (°C)=tmin; Höchsttemperatur=tmax; Tiefsttemperatur=tmin; Tagesmitteltemperatur=tmean;
Hi Temp=tmax; Low Temp=tmin; High Temperature=tmax; Max: Temp, °F (LGR S/N: 10000001)=tmax; Temp max/min=-;
AirTC_Max=tmax; AirTC_Avg=tmean; T_air_max=tmax;
precipitation_probability_max=-; precipitation_hours=-; preciptype=-; precipcover=-; Rain rate=-; Snowfall=-;
Chuva (mm)=precipitation; Lluvia=precipitation; Niederschlagshöhe=precipitation; Precipitação=precipitation;
Precipitazione=precipitation; Pluie=precipitation; Rainfall amount (mm)=precipitation; rain 24h (mm)=precipitation;
Monthly rain=-; precipitation_sum (mm)=precipitation;
Sunshine hours=sunshine; Hours of sun=sunshine; Horas de sol=sunshine; sunshine_duration (s)=sunshine;
Durée d'insolation=sunshine; Daylength=-; Sunrise=-;
Station pressure=pressure; Pressão atmosférica=pressure; Presión=pressure; Pressure MSL=-; QNH=-;
PRESSÃO ATMOSFERICA MEDIA DIARIA=pressure; Pressure max=-;
Presión de vapor=ea; Pressão de vapor (hPa)=ea; Dampfdruck=ea; Tension de vapeur=ea; Actual vapour pressure=ea;
Dew point temperature=tdew; Ponto de orvalho=tdew; Punto de rocío=tdew; Point de rosée=tdew; Punto di rugiada=tdew;
Taupunkttemperatur=tdew; Dew point max=-;
Date=date; Data=date; Jahr=year; year=year; yday=doy; Time=date; Latitude=latitude; station=station; Estação=station;
Date Time, GMT-06:00=date; #=-; Remark=-; Evapotranspiration=eto; ETr=-; Pan evaporation=-; Evaporation=-;
ETo (mm)=eto; Wind run (km)=u2; TEMPERATURA MEDIA COMPENSADA, DIARIA(°C)=tmean;
TEMPERATURA DO AR - BULBO SECO, HORARIA (°C)=tmean; UMIDADE RELATIVA DO AR, HORARIA (%)=rhmean;
PRECIPITAÇÃO TOTAL, DIÁRIO(mm)=precipitation; VENTO, VELOCIDADE HORARIA (m/s)=u2; VENTO, RAJADA MAXIMA (m/s)=-;
SlrMJ_Tot=rs; WS_ms_Avg=u2; RH_Max=rhmax; vp (Pa)=ea; srad (W/m^2)=rs; dayl (s)=-; swe (kg/m^2)=-;
Max Temperature=tmax; TempAvg=tmean; WindSpeedAvg=u2; SolarRad=rs; RelHum=rhmean; T (degC)=tmean; Tair=tmean;
Ta=tmean; Temp1_max=tmax; Temperatura Máxima Diária=tmax; T. max=tmax; T max (C)=tmax; T.min=tmin; Temp. med.=tmean;
Minimum Temperature (°C)=tmin; Maximum air temperature=tmax; Lufttemperatur Max=tmax;
"""
"""Headers and what each is; ``-`` is nothing that is used."""

PAIRS = [tuple(part.strip().rsplit("=", 1)) for part in NAMES.replace("\n", ";").split(";") if part.strip()]


@pytest.mark.parametrize(("header", "variable"), PAIRS)
def test_names(header, variable):
    assert (classify(take_apart(header).text) or "-") == variable


WORDS = {
    # quantity and statistic, then the words of each language
    "tmax": ("Maximum temperature", "Temperatura máxima", "Temperatura máxima", "Höchsttemperatur",
             "Température maximale", "Temperatura massima"),
    "tmin": ("Minimum temperature", "Temperatura mínima", "Temperatura mínima", "Tiefsttemperatur",
             "Température minimale", "Temperatura minima"),
    "tmean": ("Mean temperature", "Temperatura média", "Temperatura media", "Mittlere Temperatur",
              "Température moyenne", "Temperatura media"),
    "rhmean": ("Relative humidity", "Umidade relativa", "Humedad relativa", "Relative Luftfeuchtigkeit",
               "Humidité relative", "Umidità relativa"),
    "tdew": ("Dew point", "Ponto de orvalho", "Punto de rocío", "Taupunkt", "Point de rosée", "Punto di rugiada"),
    "ea": ("Vapour pressure", "Pressão de vapor", "Presión de vapor", "Dampfdruck", "Pression de vapeur",
           "Pressione di vapore"),
    "u2": ("Wind speed", "Velocidade do vento", "Velocidad del viento", "Windgeschwindigkeit", "Vitesse du vent",
           "Velocità del vento"),
    "rs": ("Solar radiation", "Radiação solar", "Radiación solar", "Globalstrahlung", "Rayonnement solaire",
           "Radiazione solare"),
    "precipitation": ("Precipitation", "Precipitação", "Precipitación", "Niederschlag", "Précipitations",
                      "Precipitazione"),
    "sunshine": ("Sunshine hours", "Horas de sol", "Horas de sol", "Sonnenscheindauer", "Durée d'insolation",
                 "Ore di sole"),
    "pressure": ("Air pressure", "Pressão atmosférica", "Presión atmosférica", "Luftdruck", "Pression atmosphérique",
                 "Pressione atmosferica"),
}  # fmt: skip
INSTEAD = {
    "deficit": ("Vapour pressure deficit", "Déficit de pressão de vapor", "Déficit de presión de vapor",
                "Sättigungsdefizit", "Déficit de pression de vapeur", "Deficit di pressione di vapore"),
    "wet_bulb": ("Wet bulb temperature", "Temperatura de bulbo úmido", "Temperatura de bulbo húmedo",
                 "Feuchttemperatur", "Température de bulbe humide", "Temperatura di bulbo bagnato"),
    "diffuse": ("Diffuse radiation", "Radiação difusa", "Radiación difusa", "Diffusstrahlung", "Rayonnement diffus",
                "Radiazione diffusa"),
    "gust": ("Wind gust", "Rajada de vento", "Ráfaga de viento", "Windböe", "Rafale de vent", "Raffica di vento"),
    "soil": ("Soil temperature", "Temperatura do solo", "Temperatura del suelo", "Bodentemperatur",
             "Boden temperature", "Temperatura del suolo"),
    "indoor": ("Indoor temperature", "Temperatura interna", "Temperatura interior", "Innentemperatur",
               "Température intérieure", "Temperatura interna"),
    "feels": ("Feels like temperature", "Sensação térmica", "Sensación térmica", "Gefühlte Temperatur",
              "Température ressentie", "Temperatura percepita"),
    "probability": ("Precipitation probability", "Probabilidade de chuva", "Probabilidad de lluvia",
                    "Niederschlagswahrscheinlichkeit", "Probabilité de pluie", "Probabilità di pioggia"),
    "canopy": ("Leaf temperature", "Temperatura da folha", "Temperatura de la hoja", "Blatttemperatur",
               "Température de la feuille", "Temperatura della foglia"),
    "net": ("Net radiation", "Saldo de radiação", "Radiación neta", "Strahlungsbilanz", "Rayonnement net",
            "Radiazione netta"),
}  # fmt: skip


@pytest.mark.parametrize(("variable", "name"), [(v, name) for v, names in WORDS.items() for name in names])
def test_six_languages(variable, name):
    for written in (name, name.upper(), name.replace(" ", "_").lower()):
        assert read_name(written).variable == variable
        assert read_name(written).unknown == ()


@pytest.mark.parametrize(("other", "name"), [(other, name) for other, names in INSTEAD.items() for name in names])
def test_what_is_something_else_says_what(other, name):
    assert read_name(name).variable is None
    assert read_name(name).other == other


def test_words_that_are_not_understood_are_given_back():
    assert read_name("Temperature Zyx max").unknown == ("zyx",)
    assert read_name("ea zyx").variable is None  # two letters and a riddle say nothing


@pytest.mark.parametrize(
    ("header", "height"),
    [("WS10M", 10), ("wind speed at 2 m", 2), ("vento", None), ("Wind 10m (m/s)", 10), ("Wind (m/s)", None),
     ("u2", 2), ("wind_speed_10m_mean", 10), ("Wind W/m2 20", None), ("Vento a 2,5 m", 2.5)],
)  # fmt: skip
def test_height_of_a_wind(header, height):
    assert height_of(header) == height
