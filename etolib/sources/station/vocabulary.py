"""The words of headers, without accents, by what they mean.

English, Portuguese, Spanish, German, French, Italian, Dutch, and the plainest of Danish, Norwegian and Swedish
(`etolib.sources.station.east_asia` brings Chinese, Japanese and Korean to English).

Tables only; `etolib.sources.station.names` reads headers with them.
"""

from __future__ import annotations

from collections.abc import Mapping


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


QUANTITIES: Mapping[str, tuple[str, ...]] = {
    "temperature": _words(
        "temperature temp tar temperatur temperatura temperaturas temperatures temperaturen temperatureair tair ta "
        "airt airtemp lufttemperatur tmp ttt tc tf airtc airtf temperatuur luchttemperatuur tem lufttemp"
    ),
    "dew": _words(
        "dew dewpoint dewpt dewp taupunkt orvalho rocio rosee rugiada tdew dpt tdc tdf taupunkttemperatur frostpoint "
        "dauwpunt dauwpuntstemperatuur dugpunkt daggpunkt"
    ),
    "humidity": _words(
        "humidity humidade umidade humedad feuchte feuchtigkeit luftfeuchte luftfeuchtigkeit humidite umidita rh ur "
        "hr hum relhum relh humid umid hygrometrie rhum relf rf vochtigheid luchtvochtigheid "
        "luftfugtighed fugtighed luftfuktighet fuktighet luftfuktighed rhu"
    ),
    "vapour": _words(
        "vapor vapour vapore vapeur vap dampf dampfdruck wasserdampf wasserdampfdruck vp ea vappres vprs "
        "dampdruk damptryk"
    ),
    "pressure": _words(
        "pressure pressao presion pression pressione druck luftdruck baro barometer barometric barometrica "
        "barometrico barometrische press atmospheric atmosferica patm bp stationsdruck luft_druck luchtdruk "
        "lufttryk lufttryck "
        "trykk prs"
    ),
    "wind": _words(
        "wind vento viento vent windspeed windgeschwindigkeit anemometer anemometro ws wspd wnd windspd vv vel ff wv "
        "windstarke windmittel wsp windweg windsnelheid vindhastighed vindhastighet vind"
        " windgeschw"
    ),
    "radiation": _words(
        "radiation ray rayonn radiaz irradiaz rad radiacao radiacion radiazione rayonnement strahlung irradiance "
        "irradiancia irraggiamento "
        "einstrahlung globalstrahlung sonnenstrahlung solarstrahlung irradiation irradiacao irradiacion pyranometer "
        "piranometro ghi srad solrad rg rs swin swdown solar slr sr rsds swdw pyr solarrad radiations glot kin strahl "
        "insolacion_global sonneneinstrahlung radn slrmj slrw slrkj straling globalstraling globaalstraling "
        "zonnestraling "
        "solstraling stralning globalstralning solinstralning"
    ),
    "sunshine": _words(
        "sunshine insolacao insolacion heliofania soleggiamento sonnenschein sonnenscheindauer insolation "
        "ensoleillement eliofania brillo brilho sunhours heliophany suration nsun sunshinehours "
        "zonneschijn zonneschijnduur solskin solskinstimer solsken soltimer"
    ),
    "rain": _words(
        "rain rainfall precip precipitation precipitacao precipitacion precipitazione precipitazioni precipitations "
        "chuva chuvas lluvia lluvias pluie pluies pioggia niederschlag regen ppt prcp pcp precipitacoes "
        "precipitaciones pluviometria pluviosidade pluviometrie pluviometre niederschlagshohe rr pluviometro prec "
        "pluv niederschlagsmenge tipping rainmm regenmenge pr rainin pluvio neerslag nedbor nederbord nedboer"
    ),
    "eto": _words(
        "evapotranspiration evapotranspiracao evapotranspiracion evapotraspirazione eto et0 etref etos verdunstung "
        "evapotranspiracaoreferencia etp"
    ),
}
"""Words that name a quantity."""

STATISTICS: Mapping[str, tuple[str, ...]] = {
    "max": _words(
        "max maximum maxima maximo maximas maximos maximale maximal maximaux massima massimo massime mx high hi "
        "hochst hochste hochster hochstwert hoechst higher highest hoch largest hogste haut tageshochst tagesmaximum "
        "maxi mxm hoogste hogst maks maximumtemp maksimum"
    ),
    "min": _words(
        "min minimum minima minimo minimas minimos minimale minimal minimaux minime mn low lo tiefst tiefste tiefster "
        "tiefstwert lowest lower smallest tagestiefst tagesminimum mini mnm tief laagste lagste lavest minst"
    ),
    "mean": _words(
        "mean avg average ave med media medio medias promedio moyenne moyen mittel mittlere mittlerer mittelwert "
        "durchschnitt durchschnittliche tagesmittel tagesmittelwert mid mtl moy prom averaged mittleres medie means "
        "avr midia medios gemiddelde gemiddeld gem etmaalgemiddelde middel middeltemp medel medeltal gjennomsnitt "
        "gennemsnit"
    ),
    "total": _words(
        "total tot sum summe soma suma somme somma cumul accum accumulated acumulada acumulado accumulation cumulative "
        "tagessumme totale totais totals cumulee som etmaalsom"
    ),
    "std": _words(
        "std stdev stddev sd sigma deviation desvio desviacion standardabweichung ecart variance varianz stdv"
    ),
    "count": _words("count counts anzahl contagem conteo nobs nombre numero observations obs"),
    "range": _words("range amplitude amplitud difference diff spannweite escursione differenz diurnal schwankung dtr"),
}
"""Words that name a statistic of the day."""

PAIRS: Mapping[str, tuple[str, str]] = {
    "tmax": ("temperature", "max"), "tmin": ("temperature", "min"), "tmean": ("temperature", "mean"),
    "tavg": ("temperature", "mean"), "tmed": ("temperature", "mean"), "tmx": ("temperature", "max"),
    "tmn": ("temperature", "min"), "tmoy": ("temperature", "mean"), "tmit": ("temperature", "mean"),
    "rhmax": ("humidity", "max"), "rhmin": ("humidity", "min"), "rhmean": ("humidity", "mean"),
    "rhavg": ("humidity", "mean"), "urmax": ("humidity", "max"), "urmin": ("humidity", "min"),
    "urmed": ("humidity", "mean"), "hrmax": ("humidity", "max"), "hrmin": ("humidity", "min"),
    "hrmed": ("humidity", "mean"), "hrmedia": ("humidity", "mean"), "umin": ("humidity", "min"),
    "umax": ("humidity", "max"), "rhx": ("humidity", "max"), "rhn": ("humidity", "min"),
    "maxt": ("temperature", "max"), "mint": ("temperature", "min"), "avgt": ("temperature", "mean"),
    "tmaxi": ("temperature", "max"), "tmini": ("temperature", "min"), "meant": ("temperature", "mean"),
    "tempmedia": ("temperature", "mean"), "tempmed": ("temperature", "mean"), "tmedia": ("temperature", "mean"),
    "tmaxima": ("temperature", "max"), "tminima": ("temperature", "min"), "rhmx": ("humidity", "max"),
    "rhmn": ("humidity", "min"), "rhav": ("humidity", "mean"), "wsavg": ("wind", "mean"), "wsmax": ("wind", "max"),
    "wsmean": ("wind", "mean"), "tmm": ("temperature", "mean"), "hmax": ("humidity", "max"),
    "hmin": ("humidity", "min"), "umed": ("humidity", "mean"),
}  # fmt: skip
"""Words that name both."""

EXACT: Mapping[str, str] = {
    "tx": "tmax", "t2mmax": "tmax", "tn": "tmin", "t2mmin": "tmin", "tm": "tmean", "t2m": "tmean", "tg": "tmean",
    "t": "tmean", "td": "tdew", "tdp": "tdew", "t2mdew": "tdew", "rh2m": "rhmean", "u2": "u2", "ws2m": "u2",
    "ws10m": "u2", "u10": "u2", "uz": "u2", "allskysfcswdwn": "rs", "prectotcorr": "precipitation", "ps": "pressure",
    "high": "tmax", "low": "tmin", "hi": "tmax", "lo": "tmin", "yyyymm": "month", "aaaamm": "month",
    "swrad": "rs", "rss": "rs", "rglobal": "rs", "u10m": "u2", "u2m": "u2", "hurs": "rhmean", "tas": "tmean",
    "tasmax": "tmax",
    "tasmin": "tmin", "sfcwind": "u2", "tdmean": "tdew", "wind2": "u2", "wind10": "u2", "wind2m": "u2",
    "wind10m": "u2", "speedavg": "u2", "tmmx": "tmax", "tmmn": "tmin",
    # Daily values of the German weather service (DWD)
    "txk": "tmax", "tnk": "tmin", "tmk": "tmean", "upm": "rhmean", "vpm": "ea", "fm": "u2", "rsk": "precipitation",
    "sdk": "sunshine", "pm": "pressure",
}  # fmt: skip
"""Names that say it only if they are the whole header."""

OTHERS: Mapping[str, tuple[frozenset[str], tuple[str, ...]]] = {
    # What a column is instead: of which quantities (none named: of all), and the words; several words in one by "+".
    "deficit": (
        frozenset(),
        _words(
            "deficit defizit vpd dampdrukdeficit verzadigingsdeficit sattigungsdefizit dvp deficits vapd svpd ddp dpv"
        ),
    ),
    "saturation": (
        frozenset({"vapour"}),
        _words(
            "saturation sattigung verzadigings verzadiging saturacao saturacion saturazione saturated es svp "
            "saturante saturada "
            "sattigungsdampfdruck sattigungs esat"
        ),
    ),
    "wet_bulb": (
        frozenset(),
        _words(
            "wetbulb wet+bulb bulbo+umido bulbo+humedo bulbo+bagnato feuchttemperatur feuchtkugel feucht+temperatur "
            "twet tbh tbu thermometre+mouille bulbe+humide mouille feuchtkugeltemperatur wetb termometro+umido "
            "termometro+humedo bulbo+molhado psychrometer aspirated+wet wb "
            "psychrometer+wet psicrometro+umido psicrometro+humedo natte+bol natteboltemperatuur "
            "nattebol vadtermometer"
        ),
    ),
    "diffuse": (
        frozenset({"radiation"}),
        _words(
            "diffuse difusa diffus diffusa diffusstrahlung diffusivity dhi himmelsstrahlung diffuso difuso diff "
            "diffuses dif"
        ),
    ),
    "direct": (
        frozenset({"radiation"}),
        _words(
            "direct directa direta diretta direkt direkte direktstrahlung dni beam directe normal bhi dnr direto "
            "directo"
        ),
    ),
    "par": (
        frozenset(),
        _words(
            "par ppfd photosynthetic photosynthetically photon quantum fotossintetica fotosintetica fotosintetico "
            "parfr photons photosynthetisch photosynthetique fotossinteticamente fotosinteticamente ppf rfa dli "
            "photosynthetiquement photosynthese quantensensor fotonen paravg"
        ),
    ),
    "extraterrestrial": (
        frozenset(),
        _words(
            "extraterrestrial extraterrestre extraterrestrisch extraterrestrische toa atmosphere+top top+atmosphere "
            "ra extraatmosferica topo+atmosfera tope+atmosfera extraterrestres extraatmospheric rext qo "
            "extraterrestri"
        ),
    ),
    "reflected": (
        frozenset({"radiation"}),
        _words(
            "reflected reflex reflexion refletida reflejada reflechi reflechie riflessa reflektierte reflexstrahlung "
            "upward upwelling outgoing up swout ausgehende upwards saliente emitted sainte ascendente reflection rsus "
            "swup kout ascendant out albedometer reflektiert"
        ),
    ),
    "net": (
        frozenset({"radiation"}),
        _words(
            "net netto neta liquida saldo rn netrad nette netta bilanz strahlungsbilanz strahlungs+bilanz balance "
            "bilan netrs nr balanco"
        ),
    ),
    "longwave": (
        frozenset({"radiation"}),
        _words(
            "longwave lw lwdown gegenstrahlung long+wave onda+larga onda+longa langwellig langwellige thermal "
            "infrared infrarot terrestrial lwin infrarouge infrarroja grande+onde onda+lunga ir atmo atmospharische "
            "lwup lwout termica grandes+longueurs pyrgeometer langwell"
        ),
    ),
    "uv": (
        frozenset({"radiation"}),
        _words("uv uva uvb uvi ultraviolet ultravioleta ultraviolett ultravioletta uvindex ultraviolette erythemal"),
    ),
    "albedo": (
        frozenset(),
        _words("albedo"),
    ),
    "clear_sky": (
        frozenset({"radiation"}),
        _words(
            "clear clrsky clearsky clear+sky cielo+despejado ceu+claro rso ceu+limpo cielo+sereno ciel+clair "
            "klarer+himmel cloudless wolkenlos potential potencial clrsfc clr despejado"
        ),
    ),
    "tilted": (
        frozenset({"radiation"}),
        _words(
            "tilted inclined inclinada inclinado inclinata geneigt geneigte inclinee poa gti dachneigung inplane "
            "plane+array tilt"
        ),
    ),
    "gust": (
        frozenset(),
        _words(
            "gust gusts peak rajada rajadas rafaga rafagas raffica raffiche boe boen windspitze spitze rafale rafales "
            "windgust wgust racha rachas spitzenbo bo gusting wg windboe spitzenboe gst gustspeed racheada "
            "boengeschwindigkeit windboen windstoot windstoten vindstod vindkast byvind"
        ),
    ),
    "direction": (
        frozenset({"wind"}),
        _words(
            "direction direcao direccion dir windrichtung richtung winddir direzione wd wdir azimuth provenance dd "
            "winddirection azimut bearing rumbo direct"
        ),
    ),
    "wind_component": (
        frozenset({"wind"}),
        _words("component componente komponente zonal meridional ucomp vcomp eastward northward composante"),
    ),
    "indoor": (
        frozenset(),
        _words(
            "interieure interieures "
            "indoor inside interior innen innenraum interna interne intern interieur inne interno in-house house room "
            "interieure greenhouse invernadero estufa gewachshaus serre serra ambiente_interno dentro innentemperatur "
            "innenluft "
            "tempin humin office console indoors humidityin temperaturein raum zimmer barn freezer fridge attic "
            "garage"
        ),
    ),
    "canopy": (
        frozenset(),
        _words(
            "canopy dossel bestand dosel couvert chioma leaf foliar folha hoja blatt feuille foglia leafwetness "
            "wetness bladnat molhamento leaves blattfeuchte humectation bagnatura foliaire fogliare crop plant fruit "
            "stem trunk blattnasse"
        ),
    ),
    "soil": (
        frozenset(),
        _words(
            "soil solo suelo boden erdboden sol_temp suolo terreno bodentemperatur tsoil soiltemp erde bodenfeuchte "
            "subsoil terra soilmoisture vwc ts soilt oberboden bodenwarmestrom bodem bodemtemperatuur "
            "bodemvocht grond grondtemperatuur jord jordtemperatur"
        ),
    ),
    "water": (
        frozenset({"dew", "temperature"}),
        _words(
            "water agua wasser eau acqua sst lake lago river rio see pond ocean sea mar tank pool wassertemperatur "
            "mer stream laguna riego"
        ),
    ),
    "surface": (
        frozenset({"temperature"}),
        _words(
            "skin surface oberflache superficie superficial lst superficiale roof road pavement pista asphalt "
            "superficielle radiant strahler tsurf"
        ),
    ),
    "device": (
        frozenset(),
        _words(
            "panel battery bateria batterie batteria voltage spannung logger datalogger ptemp battv module modul cpu "
            "board internal gehause case enclosure painel modulo placa heater sensor_temp cell_temp circuit "
            "tension+bateria caja processor solarpanel signal rssi firmware caixa pv volt body chip box "
            "geratetemperatur"
        ),
    ),
    "feels": (
        frozenset(),
        _words(
            "feels feelslike apparent aparente gefuhlte ressenti ressentie percepita windchill chill heatindex "
            "heat+index humidex thw thsw wbgt sensacao sensacion wind+chill pet_temp apparente indice+calor "
            "indice+chaleur hitzeindex gevoelstemperatuur gevoels windkuhle utci gefuhlt wci sensation heatidx "
            "felt indice+calore realfeel "
            "discomfort thi"
        ),
    ),
    "globe": (
        frozenset({"temperature"}),
        _words("globe globo globus globetemperatur blackglobe black bgt schwarzkugel"),
    ),
    "ground": (
        frozenset({"temperature"}),
        _words(
            "grass relva pasto gras gazon erba ground bodennahe erdbodennahe 5cm grama cesped grassmin bodenminimum "
            "sol relvado tgn terrestre prado"
        ),
    ),
    "probability": (
        frozenset({"rain"}),
        _words(
            "probability prob probabilidade probabilidad wahrscheinlichkeit probabilite probabilita chance precipprob "
            "pop regenwahrscheinlichkeit"
        ),
    ),
    "rain_other": (
        frozenset({"rain"}),
        _words(
            "hours hour duration dauer type tipo typ cover rate intensity intensidade intensidad intensitat intensite "
            "intensita form art event storm week weekly month monthly year yearly ytd mtd horas hourly days heures "
            "intensivity duracao duracion duree durata tage daysince annual anual mensal mensual jours "
            "niederschlagsform sticks indicator ore season stunden niederschlagsdauer dias stundlich since "
            "intensitaet hora maxima_em"
        ),
    ),
    "snow": (
        frozenset(),
        _words("snow neve nieve schnee neige snowfall snowdepth snwd schneehohe shk swe neuschnee neige_fraiche"),
    ),
    "sea_level": (
        frozenset({"pressure"}),
        _words(
            "relative relativ relativer sea sealevel msl mslp slp qnh nmm qff nn nivel+mar mer reduced reducida "
            "reduzida reduziert meeresniveau "
            "meereshohe slpress mare altimeter nhn qfe_red"
        ),
    ),
    "tendency": (
        frozenset({"pressure"}),
        _words("tendency tendencia trend change variation variacao tendenz"),
    ),
    "specific": (
        frozenset({"humidity"}),
        _words(
            "specific especifica spezifische absolute absoluta absolut absolue mixing spezifisch specifique specifica "
            "assoluta qv ratio"
        ),
    ),
    "degree_days": (
        frozenset(),
        _words(
            "gdd cdd hdd growing degreeday degreedays degree+days grados+dia graus+dia gradtage gradtag degres+jours "
            "gradi+giorno growing+degree chill+hours warmesumme temperatursumme chillhours graus-dia"
        ),
    ),
    "quality": (
        frozenset(),
        _words(
            "qc flag flags quality qualidade calidad qualitat qn qf attributes code status qualite mflag sflag qflag "
            "source uncertainty error obstime qual qualita fallas"
        ),
    ),
    "of_another_time": (
        frozenset(),
        _words(
            "normal normals anomaly anomalia departure record climatology climatologia historical historico forecast "
            "previsao pronostico vorhersage yesterday abweichung langjahrig normale prevision lta percentile "
            "percentil nachts nacht noite night noche nuit notte prevista previsione ontem ayer"
        ),
    ),
    "illuminance": (
        frozenset(),
        _words(
            "lux illuminance illumination iluminancia beleuchtungsstarke brightness luminosidade luminosidad "
            "helligkeit eclairement"
        ),
    ),
    "sun_position": (
        frozenset({"radiation", "sunshine"}),
        _words(
            "azimuth zenith sunrise sunset altitude elevation noon nascer salida aufgang untergang daylength dayl "
            "zenital angle angulo winkel declination hoogte"
        ),
    ),
    "heat_flux": (
        frozenset(),
        _words("heatflux heat+flux shf sensible latent bodenwarmestrom flux+calor lhf"),
    ),
    "evaporation": (
        frozenset({"eto"}),
        _words(
            "pan tanque evaporation evaporacao alfalfa tall etr etc actual real crop etrs kc aktuelle reale reelle "
            "tina cultivo cultura alta"
        ),
    ),
    "virtual": (
        frozenset({"temperature"}),
        _words("virtual sonic potential theta virtuell potencial sonica virtuelle"),
    ),
}
"""Words of what is another quantity, or measured at another place."""

DRY_BULB = _words(
    "dry+bulb drybulb bulbo+seco bulbo+secco bulbo+asciutto bulbe+sec thermometre+sec temperature+seche "
    "trockentemperatur trocken+temperatur trockenkugeltemperatur trockenkugel trockenthermometer termometro+seco "
    "termometro+secco termometro+asciutto tdry tbs db psychrometer+dry aspirated+dry psicrometro+seco"
)
"""Words of the dry bulb of a psychrometer: a quantity of its own only where the wet bulb stands beside it."""

PSYCHROMETER = frozenset(
    _words(
        "psychrometer psicrometro psychrometre psicrometrico psychrometric aspirated bulb bulbo bulbe thermometer "
        "thermometre termometro kugel"
    )
)
"""Words of the instrument."""

TIME_WORDS = frozenset(
    _words(
        "heure hora horamax horamin horario hour hour_of instante moment momento ora orario time tmx_hora uhrzeit "
        "zeit zeitpunkt"
    )
)
"""Beside a quantity: when it happened, or the value of that moment."""

IGNORED = frozenset(
    _words(
        "di solare solaire solares solari sonnen tagessumme sull sui nella "
        "van de het op lucht hoogte relatieve globale dagsom dagelijkse dagelijks dag duur luft av pa etmaal "
        "gennemsnitlig "
        "1 10 10m 2 24 24h 2m a abri abrigo acqua actual agua air aire aktuell al all allsky altezza altura am "
        "ambient amount an ao ar aria as asciutto at atmosferica atmosferico atmospharisch atmospheric atmospherique "
        "aussen aussentemperatur bright bulb bulbo by c cantidad celsius cm con corr corrected current d da daily dal "
        "das dat data dauer day dayly de deg degc degf degre degrees degres del dell della dem den density depth der "
        "des dewpoint dia diaria diarias diario die do down downward downwards druck dry du duracao duracion durata "
        "duration duree e eau einheit el em en energia energie energy estacao estacion esterna esterno et exterieur "
        "exterieure exterior extern externa external f fahrenheit final flux geschwindigkeit giornaliera giornalieri "
        "giornaliero giorno global globale grad gradi grados gras grass graus h hauteur hc height heures hohe horas "
        "horizontal hour hours hpa hs i im in inch incidence incident incidente incoming j jour journalier "
        "journaliere k kelvin kj kmh kn kpa kph kt kwh la lamina las lbl le length level lgr local los lucht luft "
        "lufts m m2 mb mbar measured menge mess messwert meteo meteorological meter mj mm movement mph ms mtr nel "
        "nivel o observed of on ore os out outdoor outside pa parcial partial passage pct per percent percurso point "
        "ponto presion pressao pression pt punto quantidade quantita quantite quantity quotidien quotidienne raw "
        "reading readings real recorrido reference referencia referenz rel relat relatief relatif relativ relativa "
        "relative route run s schein scheindauer sec seco sen sensor sfc shelter short shortwave site sky smp sn sol "
        "solarimeter sole soleil sonne sonnen sotto sous spc spd speed sta station stazione stunden sub sun "
        "superficie sur surface sw taeglich tag tage tages taglich tagliche tensao tension the total travel trocken "
        "trockene two uncorrected und unit units valeur valor valore value velmedia velocidad velocidade velocita "
        "vitesse w wasser water wave weg wert wh windweg wvt x y"
    )
)
"""Words that add nothing to what a column is."""

PARTS: Mapping[str, frozenset[str]] = {
    "date": frozenset(
        _words(
            "aaaammjj data datadia datahora date dates dato tijd tijdstip tidspunkt tid datetime datum dt fecha "
            "fechahora measdate messdatum obsdate "
            "tempo tiempo time timestamp timestamps tmstamp valid yyyymmdd zeit zeitstempel"
        )
    ),
    "year": frozenset(_words("aaaa anio annee anno ano jaar jahr year years yr yyyy")),
    "month": frozenset(_words("maand maned manad mes mese mm mo mois mon monat month months")),
    "doy": frozenset(
        _words("dayofyear dayofyr dda diajuliano doy jd jday jours_julien jul julian juliana juliano jultag yday")
    ),
    "day": frozenset(_words("dag day days dd dia dy giorno jour tag")),
    "hour": frozenset(_words("heure heures hh hhmm hora horario hour hr hrs ora stunde uhrzeit")),
    "latitude": frozenset(_words("breite breitengrad geobreite lat latitud latitude latitudine")),
    "longitude": frozenset(_words("geolange lange langengrad lng lon long longitud longitude longitudine")),
    "elevation": frozenset(
        _words("alt altitud altitude altitudine elev elevacao elevacion elevation quota seehohe stationshohe")
    ),
    "station": frozenset(
        _words(
            "address city codigo device estacao estacion estacoes id loc local local_id localidade location municipio "
            "name nombre nome ort place poste site sitename standort station station_id stationid stationname "
            "stations stationsid stazione stid stn wetterstation wmo"
        )
    ),
}
"""Words of the parts of a date and of a place; they count where nothing else is said."""
