//! Fast, immutable predictors compiled from estimators
