//! Serves a scikit-learn model file over HTTP without Python
