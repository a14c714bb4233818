"""Computation of a dataflow by several processes at once, with the results of one."""
