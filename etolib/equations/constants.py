"""Numbers of the FAO-56 and ASCE-2005 equations; each lives here once, with its equation.

FAO-56: Allen, Pereira, Raes, Smith (1998), FAO Irrigation and Drainage Paper 56.
ASCE-2005: ASCE-EWRI (2005), The ASCE Standardized Reference Evapotranspiration Equation.
"""

import math

# Psychrometrics
LATENT_HEAT = 2.45  # MJ kg-1, FAO-56 p. 31
LATENT_HEAT_A = 2.501  # MJ kg-1, FAO-56 Annex 3, Eq. 3-1
LATENT_HEAT_B = 2.361e-3  # MJ kg-1 degC-1, FAO-56 Annex 3, Eq. 3-1
MM_PER_MJ = 0.408  # mm day-1 per MJ m-2 day-1, the rounded inverse of 2.45, FAO-56 Table 1, Eq. 6
PSYCHROMETRIC_COEFFICIENT = 0.665e-3  # degC-1, FAO-56 Eq. 8
PRESSURE_SEA_LEVEL = 101.3  # kPa, FAO-56 Eq. 7
PRESSURE_TEMPERATURE = 293.0  # K, FAO-56 Eq. 7
PRESSURE_LAPSE_RATE = 0.0065  # K m-1, FAO-56 Eq. 7
PRESSURE_EXPONENT = 5.26  # FAO-56 Eq. 7
PRESSURE_EXPONENT_REFET = 9.8 / (0.0065 * 286.9)  # REF-ET: gravity over lapse rate and gas constant

# Vapour pressure
TETENS_E0 = 0.6108  # kPa, FAO-56 Eq. 11
TETENS_A = 17.27  # FAO-56 Eq. 11
TETENS_B = 237.3  # degC, FAO-56 Eq. 11
SLOPE_FAO56 = 4098.0  # degC, FAO-56 Eq. 13 (times 0.6108)
SLOPE_ASCE = 2503.0  # kPa degC, ASCE-2005 Eq. 5
PSYCHROMETER_VENTILATED = 0.000662  # degC-1, FAO-56 Eq. 16, about 5 m s-1
PSYCHROMETER_NATURAL = 0.000800  # degC-1, FAO-56 Eq. 16, about 1 m s-1
PSYCHROMETER_INDOOR = 0.001200  # degC-1, FAO-56 Eq. 16, indoors

# Wind profile over short grass
WIND_A = 4.87  # FAO-56 Eq. 47
WIND_B = 67.8  # FAO-56 Eq. 47
WIND_C = 5.42  # FAO-56 Eq. 47
WIND_DEFAULT = 2.0  # m s-1, FAO-56 p. 63: world mean where wind is unknown

# Solar time
SOLAR_TIME_PER_DEGREE = 0.06667  # h per degree, FAO-56 Eq. 31 (printed so, not 1/15)
SEASONAL_A = 0.1645  # h, FAO-56 Eq. 32
SEASONAL_B = 0.1255  # h, FAO-56 Eq. 32
SEASONAL_C = 0.025  # h, FAO-56 Eq. 32
SEASONAL_DAY = 81.0  # FAO-56 Eq. 33
SEASONAL_PERIOD = 364.0  # FAO-56 Eq. 33
LOW_SUN = 0.3  # rad, ASCE-2005 Eq. 62: below this altitude the cloud term of the hour before is kept
EVENING_FROM = 0.79  # rad before sunset, FAO-56 p. 75: the hour whose cloud term the night takes
EVENING_TO = 0.52  # rad before sunset, FAO-56 p. 75
NIGHT_RELATIVE_SHORTWAVE = 0.8  # FAO-56 p. 75 and Example 19: Rs/Rso at night where no evening is known (0.4 to 0.8)

# Radiation
HOURS_PER_DAY = 24.0  # h
MINUTES_PER_HOUR = 60.0  # min
SOLAR_CONSTANT = 0.0820  # MJ m-2 min-1, FAO-56 Eq. 21
SOLAR_CONSTANT_ASCE = 4.92  # MJ m-2 h-1, ASCE-2005 Eq. 21
SOLAR_CONSTANT_REFET = 1367.0 * 0.0036  # MJ m-2 h-1, REF-ET: 1367 W m-2
ECCENTRICITY = 0.033  # FAO-56 Eq. 23
DECLINATION = 0.409  # rad, FAO-56 Eq. 24
DECLINATION_PHASE = 1.39  # rad, FAO-56 Eq. 24
DECLINATION_REFET = math.radians(23.45)  # rad, REF-ET, after Duffie and Beckman (1980)
DECLINATION_PHASE_REFET = 2 * math.pi * (1 - 284 / 365)  # rad, REF-ET, after Duffie and Beckman (1980)
DAYS_PER_YEAR = 365.0  # FAO-56 Eqs. 23, 24
ANGSTROM_A = 0.25  # FAO-56 Eq. 35
ANGSTROM_B = 0.50  # FAO-56 Eq. 35
RSO_A = 0.75  # FAO-56 Eq. 37
RSO_B = 2e-5  # m-1, FAO-56 Eq. 37
ALBEDO = 0.23  # FAO-56 Eq. 38
STEFAN_BOLTZMANN = 4.903e-9  # MJ K-4 m-2 day-1, FAO-56 Eq. 39
STEFAN_BOLTZMANN_ASCE = 4.901e-9  # MJ K-4 m-2 day-1, ASCE-2005 Eq. 17
KELVIN = 273.16  # K, FAO-56 Eq. 39 (sic, not 273.15)
EMISSIVITY_A = 0.34  # FAO-56 Eq. 39
EMISSIVITY_B = 0.14  # kPa-0.5, FAO-56 Eq. 39
CLOUD_A = 1.35  # FAO-56 Eq. 39
CLOUD_B = 0.35  # FAO-56 Eq. 39
RELATIVE_SHORTWAVE_MIN_ASCE = 0.3  # ASCE-2005 Eq. 18: least Rs/Rso
KRS_INTERIOR = 0.16  # degC-0.5, FAO-56 Eq. 50
KRS_COASTAL = 0.19  # degC-0.5, FAO-56 Eq. 50
RS_ISLAND_A = 0.7  # FAO-56 Eq. 51
RS_ISLAND_B = 4.0  # MJ m-2 day-1, FAO-56 Eq. 51

# Clear-sky radiation from humidity, pressure and the height of the sun
BEAM_CLEAN = 0.98  # FAO-56 Eq. 3-18, ASCE-2005 Eq. D.2
BEAM_PRESSURE = 0.00146  # kPa-1, FAO-56 Eq. 3-18, ASCE-2005 Eq. D.2
TURBIDITY = 1.0  # Kt of clean air, FAO-56 Eq. 3-18, ASCE-2005 Eq. D.2
BEAM_WATER = 0.091  # FAO-56 Eq. 3-18
BEAM_POWER = 0.25  # FAO-56 Eq. 3-18
BEAM_WATER_ASCE = 0.075  # ASCE-2005 Eq. D.2
BEAM_POWER_ASCE = 0.4  # ASCE-2005 Eq. D.2
WATER_A = 0.14  # mm kPa-2, FAO-56 Eq. 3-19, ASCE-2005 Eq. D.3
WATER_B = 2.1  # mm, FAO-56 Eq. 3-19, ASCE-2005 Eq. D.3
DIFFUSE = 0.35  # FAO-56 Eq. 3-20, ASCE-2005 Eq. D.4
DIFFUSE_SLOPE = 0.33  # FAO-56 Eq. 3-20
DIFFUSE_SLOPE_ASCE = 0.36  # ASCE-2005 Eq. D.4
BEAM_WEAK = 0.15  # FAO-56 Eq. 3-20, ASCE-2005 Eq. D.4: below this index of the beam the next two hold
DIFFUSE_WEAK = 0.18  # FAO-56 Eq. 3-20, ASCE-2005 Eq. D.4
DIFFUSE_SLOPE_WEAK = 0.82  # FAO-56 Eq. 3-20, ASCE-2005 Eq. D.4
SUN_OF_DAY = (0.85, 0.3, 0.42)  # rad, 1, rad-1, ASCE-2005 Eq. D.5
LEAST_SINE_OF_DAY = 0.1  # of the mean height of the sun by day; REF-ET's bound
LEAST_SINE_OF_HOUR = 0.01  # of the height of the sun in an hour; REF-ET's bound

# Soil heat flux
SOIL_HEAT_MONTHS = 0.07  # MJ m-2 day-1 degC-1, FAO-56 Eq. 43
SOIL_HEAT_MONTH = 0.14  # MJ m-2 day-1 degC-1, FAO-56 Eq. 44
SOIL_HEAT_DAY = 0.1  # FAO-56 Eq. 45, ASCE-2005 Eq. 65a
SOIL_HEAT_NIGHT = 0.5  # FAO-56 Eq. 46, ASCE-2005 Eq. 65b
SOIL_HEAT_DAY_TALL = 0.04  # ASCE-2005 Eq. 66a
SOIL_HEAT_NIGHT_TALL = 0.2  # ASCE-2005 Eq. 66b

# Penman-Monteith
PM_CN = 900.0  # FAO-56 Eq. 6
PM_CD = 0.34  # s m-1, FAO-56 Eq. 6
PM_CN_TALL = 1600.0  # ASCE-2005 Table 1, daily, tall
PM_CD_TALL = 0.38  # s m-1, ASCE-2005 Table 1, daily, tall
PM_CN_HOURLY = 37.0  # FAO-56 Eq. 53, ASCE-2005 Table 1
PM_CN_HOURLY_TALL = 66.0  # ASCE-2005 Table 1
PM_CD_DAY_ASCE = 0.24  # s m-1, ASCE-2005 Table 1, hourly, short, daytime
PM_CD_NIGHT_ASCE = 0.96  # s m-1, ASCE-2005 Table 1, hourly, short, night
PM_CD_DAY_TALL = 0.25  # s m-1, ASCE-2005 Table 1, hourly, tall, daytime
PM_CD_NIGHT_TALL = 1.7  # s m-1, ASCE-2005 Table 1, hourly, tall, night
PM_KELVIN = 273.0  # K, FAO-56 Eq. 6 (sic)

# Hargreaves-Samani
HARGREAVES_A = 0.0023  # FAO-56 Eq. 52
HARGREAVES_B = 17.8  # degC, FAO-56 Eq. 52

# Priestley-Taylor, Makkink, Turc
PRIESTLEY_TAYLOR_ALPHA = 1.26  # Priestley and Taylor (1972), doi:10.1175/1520-0493(1972)100<0081:OTAOSH>2.3.CO;2
MAKKINK = 0.65  # de Bruin (1987) for the equation of Makkink (1957)
TURC = 0.013  # mm cm2 cal-1, Turc (1961)
TURC_TEMPERATURE = 15.0  # degC, Turc (1961)
TURC_RADIATION = 50.0  # cal cm-2 day-1, Turc (1961)
TURC_HUMIDITY = 50.0  # %, Turc (1961): below, the air is dry
TURC_DRYNESS = 70.0  # %, Turc (1961)
CALORIES_PER_MJ = 23.88  # cal cm-2 per MJ m-2, as McMahon et al. (2013), doi:10.5194/hess-17-1331-2013, Eq. S9.10

# Temperature methods
HAMON = 0.1651  # mm day-1 per g m-3 in 12 h of daylight, Hamon (1963): 0.0065 inch
VAPOUR_DENSITY = 2167.0  # g K m-3 kPa-1: water vapour as an ideal gas
VAPOUR_KELVIN = 273.3  # K, Hamon (1963) as Lu et al. (2005)
OUDIN_SHIFT = 5.0  # degC, Oudin et al. (2005), doi:10.1016/j.jhydrol.2004.08.026
OUDIN_SCALE = 100.0  # degC, Oudin et al. (2005)
MCGUINNESS_SCALE = 68.0  # degC, McGuinness and Bordne (1972) as Oudin et al. (2005)
DROOGERS_A = 0.0013  # Droogers and Allen (2002), doi:10.1023/A:1015508322413, Eq. 4
DROOGERS_B = 17.0  # degC, Droogers and Allen (2002), Eq. 4
DROOGERS_RAIN = 0.0123  # degC per mm of a month, Droogers and Allen (2002), Eq. 4
DROOGERS_POWER = 0.76  # Droogers and Allen (2002), Eq. 4
THORNTHWAITE = 16.0  # mm in a month of 30 days of 12 h, Thornthwaite (1948), doi:10.2307/210739
THORNTHWAITE_HEAT = (5.0, 1.514)  # degC, 1, of the heat index, Thornthwaite (1948)
THORNTHWAITE_POWER = (6.75e-7, -7.71e-5, 1.792e-2, 0.49239)  # of the heat index, cubic first, Thornthwaite (1948)
THORNTHWAITE_HOT = 26.5  # degC, Thornthwaite (1948): from here the next table holds, whatever the heat index
THORNTHWAITE_STEP = 0.5  # degC, of the table
THORNTHWAITE_TABLE = (
    135.0, 139.5, 143.7, 147.8, 151.7, 155.4, 158.9, 162.1, 165.2, 168.0, 170.7, 173.1,
    175.3, 177.2, 179.0, 180.5, 181.8, 182.9, 183.7, 184.3, 184.7, 184.9, 185.0, 185.0,
)  # mm in a month of 30 days of 12 h at 26.5, 27.0 ... 38.0 degC, Thornthwaite (1948)  # fmt: skip
MONTH_OF_30_DAYS = 30.0  # days, Thornthwaite (1948)
HALF_A_DAY = 12.0  # h

# Radiation methods
HARGREAVES_1982 = 0.0135  # degC-1, Hargreaves and Samani (1982), doi:10.1061/JRCEA4.0001390: 0.0075 per degF
JENSEN_HAISE = 0.025  # degC-1, Jensen and Haise (1963), doi:10.1061/JRCEA4.0000287
JENSEN_HAISE_SHIFT = 3.0  # degC, Jensen and Haise (1963)
ABTEW = 0.53  # Abtew (1996), doi:10.1111/j.1752-1688.1996.tb04044.x
KNMI_FACTOR = 0.65  # De Bruin and Lablans (1998), doi:10.1002/(SICI)1099-1085(19980615)12:7<1053::AID-HYP639>3.0.CO;2-E
KNMI_E0 = 0.6107  # kPa, KNMI's saturation vapour pressure
KNMI_A = 7.5  # of the power of 10, KNMI
KNMI_B = 237.3  # degC, KNMI
KNMI_GAMMA = (0.0646, 0.00006)  # kPa degC-1, kPa degC-2, KNMI
KNMI_LATENT_HEAT = (2.501, 2.38e-3)  # MJ kg-1, MJ kg-1 degC-1, KNMI
FAO24_RADIATION = -0.3  # mm day-1, FAO-24 radiation method
FAO24_RADIATION_B = (1.0656, -0.0012795, 0.044953, -2.0033e-4, -3.1508e-5, -1.1026e-3)  # Frevert et al. (1983)
DAY_NIGHT_WIND = 2.0  # FAO-24: wind of the day over wind of the night where it is not known

# Methods of humidity and wind
PENMAN_AERODYNAMIC = 6.43  # MJ m-2 day-1 kPa-1, Penman (1963)
PENMAN_WIND = 0.537  # s m-1, Penman (1963)
BLANEY_CRIDDLE = (0.46, 8.13)  # degC-1, 1, FAO-24 Blaney-Criddle
DAYLIGHT_OF_YEAR = 4380.0  # h, everywhere: 365 days of 12 h in the mean
BLANEY_CRIDDLE_A = (0.0043, -1.0, -1.41)  # RHmin, n/N, FAO-24 as Frevert et al. (1983)
BLANEY_CRIDDLE_B = (0.81917, -0.0040922, 1.0705, 0.065649, -0.0059684, -0.0005967)  # Frevert et al. (1983)
ROMANENKO = 4.5  # mm day-1, Romanenko (1961) as Oudin et al. (2005)
ROMANENKO_TEMPERATURE = 25.0  # degC, Romanenko (1961)
