"""Models of events per school and period, for any panel of schools and months.

Nothing here depends on the study, its files or its report. The input is a `Specification` and a
panel, the output a tidy table. Results that cannot be trusted are not numbers: they have the
status 'not estimable' and the reason.
"""
