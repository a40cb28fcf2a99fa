//! Any bytes at all, seeded with a pickle of a scikit-learn estimator, of a wrapper of XGBoost or LightGBM, of a Keras
//! network, or of a dict with one of them: whatever is imported answers, and the engine agrees with the reference
//! predictor.
#![no_main]

use libfuzzer_sys::fuzz_target;
use propenso_fuzz::import_and_answer;

fuzz_target!(|bytes: &[u8]| import_and_answer(bytes));
