"""Exhibits of this study alone: what only its data, findings and published facts can show.

A package of this name in the folder of a study takes part in the dataflow with those of
`analysis.dataflow` and `analysis.exhibits`, which serve any study; see `analysis.dataflow.graph`.
"""
