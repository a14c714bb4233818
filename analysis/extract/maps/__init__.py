"""Column maps: conversion of a council's own file to a dataset of the contracts.

A map names, for each column of a data contract, the column of the council's file that it comes
from, with the codes and the forms of dates and numbers. The program proposes it, a person confirms
it, and it is stored as a TOML file in the folder `maps/` of the extract.
"""

from __future__ import annotations

from analysis.extract.maps.map_file import FOLDER, ColumnMap, DatasetMap, Filter, RowKind
from analysis.extract.maps.mapped_extract import read_mapped
from analysis.extract.maps.reading import Maps, read_maps

__all__ = [
    "FOLDER",
    "ColumnMap",
    "DatasetMap",
    "Filter",
    "Maps",
    "RowKind",
    "read_mapped",
    "read_maps",
]
