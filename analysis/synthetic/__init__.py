"""The stand-in extract: invented data in the shape that a local authority would supply."""
