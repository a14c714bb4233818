"""The stand-in extract: invented data in the shape that a local authority would supply."""

from analysis.synthetic.extract import generate, register_invented, synthesise, write_extract
from analysis.synthetic.recipe import Recipe

__all__ = ["Recipe", "generate", "register_invented", "synthesise", "write_extract"]
