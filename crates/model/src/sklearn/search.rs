//! `GridSearchCV` and its kin: what predicts is `best_estimator_`.

use propenso_pickle::View;

use crate::error::Error;

/// Searches inside searches that are unwrapped before giving up.
const MAX_NESTING: usize = 8;

/// The estimator inside any searches, and the searches' class names, outermost first.
pub(super) fn unwrap(root: View<'_>) -> Result<(View<'_>, Vec<String>), Error> {
    let mut object = root;
    let mut wrappers = Vec::new();
    while let Some(name) = self::name(object) {
        if wrappers.len() == MAX_NESTING {
            return Err(Error::UnsupportedVariant {
                class: name.to_owned(),
                offset: object.offset(),
                what: "a search nested this deeply".to_owned(),
            });
        }
        wrappers.push(name.to_owned());
        object = match object.optional_attribute("best_estimator_")? {
            Some(best) => best,
            None => {
                return Err(Error::Inconsistent {
                    class: name.to_owned(),
                    offset: object.offset(),
                    what:
                        "there is no best_estimator_: the search was not fitted, or had refit=False"
                            .to_owned(),
                });
            }
        };
    }
    Ok((object, wrappers))
}

/// The class's name, if it is a search.
pub(super) fn name(object: View<'_>) -> Option<&str> {
    let class = object.class()?;
    match (class.module, class.name) {
        ("sklearn.model_selection._search", "GridSearchCV" | "RandomizedSearchCV")
        | (
            "sklearn.model_selection._search_successive_halving",
            "HalvingGridSearchCV" | "HalvingRandomSearchCV",
        ) => Some(class.name),
        _ => None,
    }
}
