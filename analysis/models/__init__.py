"""Models of events per school and period, for any panel of schools and months.

Nothing here knows the study, its files or its report. A `Specification` and a panel go
in, a tidy table comes out. Results that cannot be trusted are not numbers: they carry
the status 'not estimable' and the reason.
"""
