# Primary estimates outside Python: panel.csv and specifications.csv in, the same numbers out.
#
#   Rscript primary.R
#
# Base R alone. Each specification is collapsed to one row per school, fitted as a binomial
# regression with schools conditioned out, and given CR2 errors and Satterthwaite degrees of
# freedom by the formulas of Bell and McCaffrey (2002). Where the package clubSandwich is
# installed, its CR2 is computed as well wherever a school is a unit: with several schools a
# unit it takes another square root of the same leverage, and differs by a per cent or two.
# Everything is compared with estimates.csv; any difference above the tolerance ends with
# status 1. The file r_estimates.csv is written.

tolerance <- 1e-7

panel <- read.csv("panel.csv", colClasses = c(school_id = "character", returned = "character"))
specifications <- read.csv("specifications.csv", colClasses = "character")
python <- read.csv("estimates.csv", colClasses = c(name = "character"))

filled <- function(value) !is.na(value) && nzchar(value)
parts <- function(value, by) if (filled(value)) strsplit(value, by, fixed = TRUE)[[1]] else character()

collapse <- function(s) {
  rows <- panel[panel$outcome == s$outcome, ]
  if (filled(s$pilot)) rows <- rows[rows$pilot == s$pilot, ]
  for (exclusion in parts(s$exclusions, ";")) {
    sides <- strsplit(exclusion, "=", fixed = TRUE)[[1]]
    rows <- rows[!(rows[[sides[1]]] %in% strsplit(sides[2], "|", fixed = TRUE)[[1]]), ]
  }
  month <- rows$event_month
  before <- month >= as.integer(s$before_first) & month <= as.integer(s$before_last)
  after <- month >= as.integer(s$after_first) & month <= as.integer(s$after_last)
  rows$after <- after
  rows$place <- month - ifelse(after, as.integer(s$after_first), as.integer(s$before_first))
  rows <- rows[(before | after) & rows$returned == "yes", ]
  if (s$pair_missing_months == "yes") {
    key <- paste(rows$school_id, rows$place)
    rows <- rows[key %in% names(which(table(key) == 2)), ]
  }
  rows$n <- if (filled(s$exposure)) rows[[s$exposure]] else 1
  strata <- parts(s$strata, " ")
  rows$stratum <- if (length(strata)) do.call(paste, rows[strata]) else "all"
  rows$cluster <- rows[[s$assignment_unit]]
  first <- rows[!duplicated(rows$school_id), c("school_id", "arm", "stratum", "cluster")]
  total <- function(which, column) {
    sums <- tapply(rows[[column]][which], rows$school_id[which], sum)
    as.numeric(sums[first$school_id])
  }
  first$y0 <- total(!rows$after, "events"); first$y1 <- total(rows$after, "events")
  first$n0 <- total(!rows$after, "n"); first$n1 <- total(rows$after, "n")
  first$treated <- as.numeric(first$arm == "intervention")
  first[complete.cases(first) & first$y0 + first$y1 > 0, ]
}

fit_binomial <- function(schools) {
  schools$offset <- log(schools$n1 / schools$n0)
  several <- length(unique(schools$stratum)) > 1
  formula <- if (several) cbind(y1, y0) ~ treated + factor(stratum) else cbind(y1, y0) ~ treated
  glm(formula, family = binomial, data = schools, offset = offset,
      control = glm.control(epsilon = 1e-14, maxit = 100))
}

power <- function(matrix, exponent) {
  parts <- eigen(matrix, symmetric = TRUE)
  open <- parts$values > 1e-8
  scaled <- parts$vectors[, open, drop = FALSE] %*% diag(parts$values[open]^exponent, sum(open))
  scaled %*% t(parts$vectors[, open, drop = FALSE])
}

cr2 <- function(fit, cluster) {
  root <- sqrt(weights(fit, "working"))
  design <- model.matrix(fit) * root
  residual <- residuals(fit, "working") * root
  bread <- solve(crossprod(design))
  groups <- split(seq_along(residual), cluster)
  contrast <- design %*% bread[, "treated"]
  meat <- matrix(0, ncol(design), ncol(design))
  forms <- matrix(0, nrow(design), length(groups))
  whole <- diag(nrow(design)) - design %*% bread %*% t(design)
  for (g in seq_along(groups)) {
    rows <- groups[[g]]
    adjust <- power(diag(length(rows)) - design[rows, , drop = FALSE] %*% bread %*%
                      t(design[rows, , drop = FALSE]), -1 / 2)
    score <- t(design[rows, , drop = FALSE]) %*% adjust %*% residual[rows]
    meat <- meat + score %*% t(score)
    forms[, g] <- whole[, rows, drop = FALSE] %*% adjust %*% contrast[rows]
  }
  omega <- crossprod(forms)
  list(error = sqrt((bread %*% meat %*% bread)["treated", "treated"]),
       df = sum(diag(omega))^2 / sum(omega^2))
}

results <- lapply(which(python$status == "estimated"), function(i) {
  schools <- collapse(specifications[specifications$name == python$name[i], ])
  fit <- fit_binomial(schools)
  found <- cr2(fit, schools$cluster)
  row <- data.frame(name = python$name[i], log_ratio = coef(fit)[["treated"]],
                    standard_error = found$error, df = found$df, club_error = NA, club_df = NA)
  single <- !any(duplicated(schools$cluster))
  if (single && suppressMessages(requireNamespace("clubSandwich", quietly = TRUE))) {
    test <- clubSandwich::coef_test(fit, vcov = "CR2", cluster = schools$cluster,
                                    test = "Satterthwaite")["treated", ]
    row$club_error <- test$SE
    row$club_df <- if ("df_Satt" %in% names(test)) test$df_Satt else test$df
  }
  row
})
results <- do.call(rbind, results)
reach <- qt((1 + python$level[python$status == "estimated"]) / 2, results$df) * results$standard_error
results$ratio_low <- exp(results$log_ratio - reach)
results$ratio_high <- exp(results$log_ratio + reach)
write.csv(results, "r_estimates.csv", row.names = FALSE)

compared <- c("log_ratio", "standard_error", "df", "ratio_low", "ratio_high")
reference <- python[python$status == "estimated", ]
apart <- sapply(compared, function(column) {
  max(abs(results[[column]] - reference[[column]]) / pmax(1, abs(reference[[column]])))
})
farthest <- function(x) if (all(is.na(x))) NA else max(abs(x), na.rm = TRUE)
club <- c(club_error = farthest(results$club_error - results$standard_error),
          club_df = farthest(results$club_df - results$df))
cat(nrow(results), "estimates compared; largest differences:\n")
print(signif(c(apart, club), 2))
if (any(apart > tolerance) || isTRUE(any(club > 1e-5, na.rm = TRUE))) {
  cat("R and Python disagree\n")
  quit(status = 1)
}
cat("R and Python agree\n")
