"""The evaluation as one graph of plain functions, joined by Apache Hamilton.

A function's name is what it computes, and its parameters name what it needs. Every
public function of its modules and of those in `analysis.exhibits` is a node of the graph.
"""
