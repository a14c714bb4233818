"""How a Quarto project becomes HTML and PDF; knows nothing of the study."""
