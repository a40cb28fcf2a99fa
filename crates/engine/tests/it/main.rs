//! Engines and importers against what scikit-learn answered.
//!
//! A test about one estimator family's answers belongs in [`corpus`]; one about what an engine
//! costs in [`allocation`]; one about an engine's arithmetic at the edges in [`agreement`]; which
//! engine a model gets in [`engines`]; one about what rows a model cannot tell apart in
//! [`thresholds`]; one about explanations in [`shap`].

mod agreement;
mod allocation;
mod corpus;
mod engines;
mod shap;
mod synthetic;
mod thresholds;
