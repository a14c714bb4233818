"""Guard against losses: compare the content of each chapter with the finished pages and PDF."""
