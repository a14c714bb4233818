"""The exhibits that a chapter can show: figures, tables, numbers and claims.

An exhibit function takes results and returns one frozen object. It computes no
statistics. Its name is the label under which a chapter shows it: `fig-effect-forest`
is `figures.effect_forest`.
"""
