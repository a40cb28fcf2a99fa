//! Typed estimators, the checked tree builder and the reference predictor
