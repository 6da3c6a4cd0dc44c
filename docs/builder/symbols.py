"""Symbols of FAO-56 for the names that the code has, beside those of `etolib.widgets.markup.formulas.TERMS`."""

from __future__ import annotations

from etolib.widgets.markup.formulas import TERMS

_NAMES = {
    **{"tmin": "T_min", "tmax": "T_max", "temperature": "T", "tdew": "T_dew", "tdry": "T_dry", "twet": "T_wet"},
    **{"rhmin": "RH_min", "rhmax": "RH_max", "rhmean": "RH_mean", "relative_humidity": "RH"},
    **{"latitude": "φ", "phi": "φ", "longitude": "L", "day_of_year": "J", "elevation": "z", "hour": "t"},
    **{"utc_offset": "t_UTC", "omega": "ω_s", "wind": "u_z", "height": "z_w", "daylight": "N", "sunshine": "n"},
    **{"albedo": "α", "alpha": "α", "krs": "k_Rs", "rso": "R_so", "cloud_factor": "f_cd", "is_day": '"day"'},
    **{"a": "a", "b": "b", "sine": "sin Φ", "precipitation": "P", "ventilation": "a_psy", "energy": "E"},
    **{"previous": "T_i−1", "following": "T_i+1", "current": "T_i", "offset": "ΔT", "rain_of_month": "P_month"},
    **{"sigma": "σ", "emissivity": "ε", "ratio": "r", "es_max": "e°(T_max)", "warmth": "w", "span": "s"},
    **{"heat_index": "I", "etc": "ET_c", "kcb": "K_cb", "kc_ini": "K_c,ini", "tabled": "K_c,Tab", "reduction": "K_r"},
    **{"depletion": "D", "total": "TEW", "readily": "REW", "available": "TAW", "p": "p", "root_depth": "Z_r"},
    **{"field_capacity": "θ_FC", "wilting_point": "θ_WP", "water_content": "θ", "depth": "Z_e", "covered": "f_c"},
    **{"wetted": "f_w", "largest": "K_c,max", "smallest": "K_c,min", "share": "f", "rain": "P", "storage": "S"},
    **{"number": "CN", "lower": "low", "eto": "ET_o"},
}

_BY_PLACE = {
    **{("sun", "delta"): "δ", ("single", "height"): "h", ("dual", "height"): "h", ("single", "wind"): "u_2"},
    **{("soil", "depletion"): "D_r", ("dual", "depletion"): "D_e", ("runoff", "depletion"): "D_e"},
    **{("evaporation_coefficient", "share"): "f_ew", ("initial", "depth"): "I", ("single", "humidity"): "RH_min"},
    **{("curve_number_of_wetness", "number"): "CN_II", ("eto_thornthwaite", "power"): "a"},
    **{("extraterrestrial_radiation_hourly", "omega"): "ω", ("solar_altitude", "omega"): "ω"},
    **{
        ("kc_ini_partly_wetted", "kc_ini"): "K_c,ini,Fig",
        ("solar_time_angle", "angle"): "ω",
        ("depletion_fraction", "p"): "p_Tab",
    },
}

OF_FUNCTIONS = {
    **{"atmospheric_pressure": "P", "psychrometric_constant": "γ", "mean_temperature": "T", "latent_heat": "λ"},
    **{"mean_saturation_vapour_pressure": "e_s", "vapour_pressure_slope": "Δ", "deficit": "e_s − e_a"},
    **{"wind_speed_2m": "u_2", "dew_point": "T_dew", "vapour_pressure_deficit": "e_s − e_a"},
    **{f"vapour_pressure_from_{how}": "e_a" for how in ("dew_point", "psychrometer", "rh", "rhmax", "rhmean", "tmin")},
    **{"vapour_pressure_hourly": "e_a", "inverse_relative_distance": "d_r", "solar_declination": "δ"},
    **{"sunset_hour_angle": "ω_s", "extraterrestrial_radiation": "R_a", "daylight_hours": "N"},
    **{"solar_time_angle": "ω", "extraterrestrial_radiation_hourly": "R_a", "solar_altitude": "β"},
    **{"mean_sine_of_altitude": "sin Φ_24", "solar_radiation_from_sunshine": "R_s", "net_shortwave": "R_ns"},
    **{"solar_radiation_from_temperature": "R_s", "solar_radiation_island": "R_s", "clear_sky_radiation": "R_so"},
    **{"clear_sky_radiation_full": "R_so", "net_longwave": "R_nl", "net_longwave_hourly": "R_nl"},
    **{"net_radiation": "R_n", "energy_to_water": "E_mm", "cloud_term": "f_cd", "soil_heat_flux_monthly": "G"},
    **{"soil_heat_flux_month": "G", "soil_heat_flux_hourly": "G", "saturation_vapour_pressure": "e°(T)"},
    **{"energy_share": "W", "wind_by_day": "u_day", "heat_index": "I", "kc_mid": "K_c,mid", "kc_end": "K_c,end"},
    **{"climate_term": "ΔK_c", "kc_max": "K_c,max", "cover": "f_c", "exposed_and_wetted": "f_ew"},
    **{"evaporation_reduction": "K_r", "evaporation_coefficient": "K_e", "curve_number_runoff": "RO"},
    **{"total_evaporable_water": "TEW", "total_available_water": "TAW", "readily_available_water": "RAW"},
    **{"depletion_fraction": "p", "stress_coefficient": "K_s", "initial_depletion": "D_r,0"},
    **{"kc_ini_partly_wetted": "K_c,ini", "kc_ini_between_depths": "K_c,ini", "minimum_humidity": "RH_min"},
    **{"curve_number_of_wetness": "CN"},
}
"""What a function returns, by the name of the function."""


def symbol(name: str, *places: str) -> str:
    """Return the symbol of a name in a function of a module; a name without one stands as the words it is made of.

    >>> symbol("tmax"), symbol("delta", "sun"), symbol("delta"), symbol("dry_air")
    ('T_max', 'δ', 'Δ', '"dry air"')
    """
    if name.startswith("eto_"):
        return "ET_o"
    here = next((_BY_PLACE[place, name] for place in places if (place, name) in _BY_PLACE), "")
    known = here or _NAMES.get(name) or TERMS.get(name, ("",))[0]
    return known or (name if len(name) == 1 else f'"{name.replace("_", " ")}"')
