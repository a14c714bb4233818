"""What is done around the rendering of Quarto: before it, and to the pages it leaves."""
