"""The shop's figures: metrics and dimensions declared once, asked for by a typed query, compiled to one read-only select.

`metrics` and `dimensions` say what there is, `query` how it is asked for, `compiling` turns that into SQL, `answering` runs it.
Every answer carries its definition, unit, period and filters. What the declared layer cannot express is refused with what it can.
It does not forecast, does not tell causes (a contribution is arithmetic), and adds no amounts of different currencies: amounts in
another currency than the shop's are left out.
"""
