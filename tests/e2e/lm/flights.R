# What R's lm says of the flights, kept in flights.csv; tests/e2e/test_linreg_lm.py compares.
#
#   python tests/e2e/lm/rows.py ROOT/flights rows.csv && Rscript tests/e2e/lm/flights.R rows.csv > tests/e2e/lm/flights.csv
#
# Every number is printed with 17 digits, so that it is the very double that R has.
options(warn = 1)
rows <- read.csv(commandArgs(trailingOnly = TRUE)[1], stringsAsFactors = TRUE)

say <- function(fit, what, name, value) {
  cat(paste(fit, what, name, sprintf("%.17g", value), sep = ","), "\n", sep = "")
}

tell <- function(fit, model, new_rows) {
  found <- summary(model)
  for (term in rownames(found$coefficients)) {
    for (column in 1:4) {
      what <- c("coefficient", "standard error", "t", "p")[column]
      say(fit, what, term, found$coefficients[term, column])
    }
    limits <- confint(model)[term, ]
    say(fit, "lower 95%", term, limits[1])
    say(fit, "upper 95%", term, limits[2])
  }
  say(fit, "fact", "n_rows", nobs(model))
  say(fit, "fact", "degrees_of_freedom", found$df[2])
  say(fit, "fact", "residual_error", found$sigma)
  say(fit, "fact", "r2", found$r.squared)
  say(fit, "fact", "adjusted_r2", found$adj.r.squared)
  say(fit, "fact", "f", found$fstatistic[1])
  say(fit, "fact", "f_degrees", found$fstatistic[2])
  predicted <- suppressWarnings(predict(model, new_rows, interval = "prediction", level = 0.9))
  for (row in seq_len(nrow(new_rows))) {
    for (end in c("fit", "lwr", "upr")) say(fit, end, new_rows$id[row], predicted[row, end])
  }
}

cat("fit,what,name,value\n")
training <- rows[rows$part == "training", ]
holdout <- rows[rows$part == "holdout", ][1:20, ]
tell("example", lm(arr_delay ~ dep_delay + distance + hour + carrier + origin, training), holdout)
tell("weighted", lm(arr_delay ~ dep_delay + hour, training, weights = distance), holdout)
tell("origin", lm(arr_delay ~ dep_delay + distance - 1, training), holdout)
