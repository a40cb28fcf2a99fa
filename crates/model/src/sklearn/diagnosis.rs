//! Which class is to blame when a file cannot be imported.
//!
//! Importers stop at the first thing they miss, which need not be what is wrong: a pipeline that begins with a
//! class of the analysts' own "does not say how many columns it was fitted on". So once importing has failed,
//! the estimators are looked at again in the order that a row passes them, and the first that cannot be
//! served for what it is gives the error. Nothing here decides whether a file is served.

use propenso_pickle::{ClassName, View, ViewError};

use super::frame::Frame;
use super::importer::Importer;
use super::{predictor_importer, preprocessing, search, unsupported};
use crate::error::Error;
use crate::foreign::Origin;
use crate::{lightgbm, xgboost};

/// Estimators inside estimators that are looked into.
const MAX_DEPTH: usize = 24;

/// Estimators that are looked at.
const MAX_OBJECTS: usize = 1_000;

/// Modules whose classes transform columns and predict nothing.
const TRANSFORMERS: [&str; 8] = [
    "sklearn.preprocessing.",
    "sklearn.impute.",
    "sklearn.decomposition.",
    "sklearn.feature_selection.",
    "sklearn.feature_extraction.",
    "sklearn.random_projection",
    "sklearn.compose._column_transformer",
    "sklearn.kernel_approximation",
];

/// Classes that learn nothing, or need not.
const STATELESS: [&str; 3] = ["FunctionTransformer", "Normalizer", "Binarizer"];

/// What an estimator is there for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Role {
    Predictor,
    Transformer,
}

/// The error that says what is wrong; the one that importing gave where nothing better is found.
pub(super) fn explain(root: View<'_>, error: Error) -> Error {
    let is_vague = matches!(
        error,
        Error::NotAnEstimator { .. }
            | Error::UnsupportedClass { .. }
            | Error::UnsupportedVariant { .. }
            | Error::Inconsistent { .. }
            | Error::Value(_)
    );
    let is_sure = matches!(
        error,
        Error::Value(ViewError::Limit { .. } | ViewError::DuplicateAttribute { .. })
    );
    if !is_vague || is_sure {
        return error;
    }
    let mut diagnosis = Diagnosis {
        n_objects: 0,
        depth: 0,
        is_exhausted: false,
    };
    match diagnosis.visit(root, Role::Predictor) {
        Some(found) if !diagnosis.is_exhausted => found,
        _ => error,
    }
}

struct Diagnosis {
    n_objects: usize,
    depth: usize,
    /// Whether there was more to look at than may be looked at: then what is found may be no fault.
    is_exhausted: bool,
}

impl Diagnosis {
    /// What is wrong with an estimator or with one inside it.
    fn visit(&mut self, object: View<'_>, role: Role) -> Option<Error> {
        self.n_objects += 1;
        if self.n_objects > MAX_OBJECTS || self.depth >= MAX_DEPTH {
            self.is_exhausted = true;
            return None;
        }
        let class = object.class()?;
        self.depth += 1;
        let found = strange(object, class, role).or_else(|| match class.module {
            module if module.starts_with("sklearn.") || module.starts_with("imblearn.") => {
                self.visit_sklearn(object, class, role)
            }
            module
                if xgboost::is_wrapper(module, class.name)
                    || lightgbm::is_wrapper(module, class.name) =>
            {
                unfitted_booster(object)
            }
            _ => None,
        });
        self.depth -= 1;
        found
    }

    fn visit_sklearn(
        &mut self,
        object: View<'_>,
        class: ClassName<'_>,
        role: Role,
    ) -> Option<Error> {
        if search::name(object).is_some() {
            // The importer says what is wrong with a search itself.
            return self.visit(attribute(object, "best_estimator_")?, role);
        }
        match class.name {
            "Pipeline" => self.visit_pipeline(object, role),
            "ColumnTransformer" | "FeatureUnion" if role == Role::Transformer => {
                self.visit_parts(object, class)
            }
            _ => self.visit_leaf(object, class, role),
        }
    }

    fn visit_pipeline(&mut self, object: View<'_>, role: Role) -> Option<Error> {
        let steps: Vec<_> = second_of_each(attribute(object, "steps")?).collect();
        let (last, others) = steps.split_last()?;
        for step in others {
            if super::pipeline::is_sampler(*step) {
                continue;
            }
            if let Some(found) = self.visit(*step, Role::Transformer) {
                return Some(found);
            }
        }
        if role == Role::Predictor && last.class().is_some_and(is_transformer) {
            let last = last.class().map_or("", |class| class.name);
            return Some(Error::NoPredictor {
                what: format!("a Pipeline that ends in {}", with_article(last)),
                transformer: last.to_owned(),
            });
        }
        self.visit(*last, role)
    }

    /// A `ColumnTransformer`'s or `FeatureUnion`'s transformers.
    fn visit_parts(&mut self, object: View<'_>, class: ClassName<'_>) -> Option<Error> {
        let parts = match class.name {
            "FeatureUnion" => attribute(object, "transformer_list")?,
            _ => match attribute(object, "transformers_") {
                Some(parts) => parts,
                None => return Some(not_fitted(object, class)),
            },
        };
        second_of_each(parts).find_map(|part| self.visit(part, Role::Transformer))
    }

    /// An estimator that is looked at for itself, and for what it asks.
    fn visit_leaf(&mut self, object: View<'_>, class: ClassName<'_>, role: Role) -> Option<Error> {
        if role == Role::Predictor && is_transformer(class) {
            return Some(Error::NoPredictor {
                what: format!("{} alone", with_article(class.name)),
                transformer: class.name.to_owned(),
            });
        }
        let is_known = match role {
            Role::Predictor => predictor_importer(object).is_some(),
            Role::Transformer => is_known_transformer(object),
        };
        if !is_known {
            return Some(unsupported(object));
        }
        if !is_fitted(object, class) {
            return Some(not_fitted(object, class));
        }
        self.visit_members(object)
    }

    /// The fitted estimators that an estimator of estimators asks.
    fn visit_members(&mut self, object: View<'_>) -> Option<Error> {
        let calibrated = attribute(object, "calibrated_classifiers_");
        let calibrated = calibrated
            .and_then(|list| list.items().ok())
            .into_iter()
            .flatten();
        let calibrated = calibrated.filter_map(|member| {
            attribute(member, "estimator").or_else(|| attribute(member, "base_estimator"))
        });
        let members = attribute(object, "estimators_");
        let members = members
            .and_then(|list| list.items().ok())
            .into_iter()
            .flatten();
        let last = attribute(object, "final_estimator_");
        calibrated
            .chain(members)
            .chain(last)
            .find_map(|member| self.visit(member, Role::Predictor))
    }
}

/// A class from outside the libraries whose classes are read.
fn strange(object: View<'_>, class: ClassName<'_>, role: Role) -> Option<Error> {
    const OWN: &str = "Compute what it makes before the model, as columns of the data, or use scikit-learn's own \
        transformers in its place; then fit the Pipeline again without it and save that";
    const OWN_MODEL: &str = "Save the fitted model inside it, by itself, with joblib.dump";
    // Calls that were asked for are objects too; an estimator has attributes.
    let has_attributes = object
        .state()
        .is_some_and(|state| state.class().is_none() && state.entries().is_ok());
    let own = |whose| Error::OwnClass {
        name: class.name.to_owned(),
        module: class.module.to_owned(),
        offset: object.offset(),
        whose,
        way_out: if role == Role::Predictor {
            OWN_MODEL
        } else {
            OWN
        },
    };
    match Origin::of(class.module) {
        Origin::Main => Some(own("the analysts' own class")),
        Origin::Unknown if has_attributes => Some(own(
            "of a module of the analysts' own, or of a library that is not known here",
        )),
        Origin::Library(library) if has_attributes => Some(Error::OtherLibrary {
            class: class.to_string(),
            offset: object.offset(),
            library,
            way_out: way_out(object, library, role),
        }),
        _ => None,
    }
}

/// What to do about a class of another library.
fn way_out(object: View<'_>, library: &str, role: Role) -> &'static str {
    if attribute(object, "best_estimator_").is_some() {
        return "It is a search: save what it found, joblib.dump(search.best_estimator_, \"modelo.joblib\")";
    }
    match (library, role) {
        ("CatBoost", _) => crate::catboost::WAY_OUT,
        (_, Role::Transformer) => {
            "Use scikit-learn's own transformers in its place (OneHotEncoder, OrdinalEncoder, SimpleImputer, \
             KBinsDiscretizer …), or compute its columns before the model; then fit the Pipeline again and save that"
        }
        _ => {
            "Train with scikit-learn, XGBoost or LightGBM, or export the model to ONNX where the library can"
        }
    }
}

/// Whether a transformer's class is supported: its importer is asked, with a row of no columns, and refuses an
/// unknown class before all else.
fn is_known_transformer(object: View<'_>) -> bool {
    let probe = preprocessing::import(object, &Frame::default(), &mut Importer::new(0, None, &[]));
    match probe {
        Err(Error::UnsupportedClass { offset, .. }) => offset != object.offset(),
        _ => true,
    }
}

/// Whether a class transforms columns and predicts nothing.
fn is_transformer(class: ClassName<'_>) -> bool {
    let is_union = (class.module, class.name) == ("sklearn.pipeline", "FeatureUnion");
    is_union
        || TRANSFORMERS
            .iter()
            .any(|module| class.module.starts_with(module))
}

/// scikit-learn's own rule (`sklearn/utils/validation.py`, `check_is_fitted`): what was learnt ends in `_`.
fn is_fitted(object: View<'_>, class: ClassName<'_>) -> bool {
    let Some(entries) = object.state().and_then(|state| state.entries().ok()) else {
        return true;
    };
    let learnt = |(key, _): (View<'_>, View<'_>)| matches!(key.text(), Ok(name) if name.ends_with('_') && !name.starts_with("__"));
    STATELESS.contains(&class.name) || entries.into_iter().any(learnt)
}

fn unfitted_booster(object: View<'_>) -> Option<Error> {
    let class = object.class()?;
    let booster = attribute(object, "_Booster");
    booster
        .is_none_or(View::is_none)
        .then(|| not_fitted(object, class))
}

fn not_fitted(object: View<'_>, class: ClassName<'_>) -> Error {
    Error::NotFitted {
        class: class.to_string(),
        offset: object.offset(),
    }
}

fn attribute<'d>(object: View<'d>, name: &'static str) -> Option<View<'d>> {
    object.optional_attribute(name).ok().flatten()
}

/// The objects of a list of tuples (name, object, …).
fn second_of_each(list: View<'_>) -> impl Iterator<Item = View<'_>> {
    let parts = list.items().ok().into_iter().flatten();
    parts.filter_map(|part| part.items().ok()?.nth(1))
}

fn with_article(class: &str) -> String {
    let article = if class.starts_with(['A', 'E', 'I', 'O', 'U']) {
        "an"
    } else {
        "a"
    };
    format!("{article} {class}")
}
