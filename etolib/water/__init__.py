"""Crop water: crop coefficients, soil water, the balance of the root zone, irrigation need (FAO-56, chapters 6-8).

`water_balance` is the door; the equations stand in `single`, `initial`, `dual`, `soil`, `runoff` and `balance`, the
numbers of the tables in `crops` and `soil`.

References
----------
FAO-56: Allen, R. G., Pereira, L. S., Raes, D., Smith, M. (1998): Crop evapotranspiration. FAO Irrigation and Drainage
Paper 56, with the errata of 2006.
"""
