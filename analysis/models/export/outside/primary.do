* Primary estimates outside Python: panel.csv and specifications.csv in, the same ratios out.
*
*   do primary.do
*
* Each specification is collapsed to one row per school and fitted as a binomial regression
* with schools conditioned out. Stata's vce(cluster) is CR1, which estimates.csv holds as
* cr1_error; CR2 and Satterthwaite degrees of freedom are checked in R. An assertion stops
* where Stata and Python differ.

version 14
clear all
set more off

import delimited using specifications.csv, varnames(1) stringcols(_all) clear
local count = _N
foreach column of varlist _all {
    forvalues i = 1/`count' {
        local `column'_`i' = `column'[`i']
    }
}
import delimited using estimates.csv, varnames(1) stringcols(1) clear
forvalues i = 1/`count' {
    local status_`i' = status[`i']
    local theta_`i' = log_ratio[`i']
    local error_`i' = cr1_error[`i']
}

forvalues i = 1/`count' {
    if "`status_`i''" != "estimated" continue
    import delimited using panel.csv, varnames(1) stringcols(1 2 3 4 5) clear
    keep if outcome == "`outcome_`i''" & returned == "yes"
    if "`pilot_`i''" != "" keep if pilot == "`pilot_`i''"
    local exclusions = subinstr("`exclusions_`i''", ";", " ", .)
    foreach exclusion of local exclusions {
        local at = strpos("`exclusion'", "=")
        local column = substr("`exclusion'", 1, `at' - 1)
        local values = subinstr(substr("`exclusion'", `at' + 1, .), "|", " ", .)
        foreach value of local values {
            drop if `column' == "`value'"
        }
    }
    generate after = inrange(event_month, `after_first_`i'', `after_last_`i'')
    keep if after | inrange(event_month, `before_first_`i'', `before_last_`i'')
    if "`pair_missing_months_`i''" == "yes" {
        generate place = event_month - cond(after, `after_first_`i'', `before_first_`i'')
        bysort school_id place: keep if _N == 2
    }
    if "`exposure_`i''" != "" generate double n = `exposure_`i''
    else generate double n = 1
    egen stratum = group(`strata_`i''), label
    egen unit = group(`assignment_unit_`i'')
    generate treated = arm == "intervention"
    collapse (sum) events n, by(school_id after treated stratum unit)
    reshape wide events n, i(school_id) j(after)
    drop if missing(events0, events1)
    generate total = events0 + events1
    drop if total == 0
    generate double lnratio = ln(n1 / n0)
    quietly glm events1 treated i.stratum, family(binomial total) link(logit) ///
        offset(lnratio) vce(cluster unit) tolerance(1e-12)
    display "`name_`i''" _col(60) %9.6f _b[treated] %12.6f _se[treated]
    assert reldif(_b[treated], `theta_`i'') < 1e-6
    assert reldif(_se[treated], `error_`i'') < 1e-5
}
display "Stata and Python agree"
