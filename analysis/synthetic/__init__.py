"""The stand-in extract: invented data in the shape that a local authority would supply."""

from analysis.synthetic.extract import generate, synthesise, write_extract

__all__ = ["generate", "synthesise", "write_extract"]
