//! Whether a contract belongs to a model.

use propenso_scoring::ContractMismatch;

use crate::client::training;

fn names() -> Vec<String> {
    training().feature_names().to_vec()
}

fn check(names: Option<&[String]>, n_features: usize) -> Result<(), ContractMismatch> {
    let names: Option<Vec<&str>> = names.map(|names| names.iter().map(String::as_str).collect());
    training().check_features(names.as_deref(), n_features)
}

#[test]
fn the_models_own_names_fit() {
    assert!(check(Some(&names()), 16).is_ok());
    assert!(check(None, 16).is_ok());
}

#[track_caller]
fn mismatch(names: &[String]) -> String {
    check(Some(names), names.len()).unwrap_err().to_string()
}

#[test]
fn each_difference_is_named() {
    let mut swapped = names();
    swapped.swap(1, 3);
    insta::assert_snapshot!(mismatch(&swapped), @r"
    contract casas-cobranzas does not fit the model:
      IMPORTE_FACTURA is feature 2 of the contract and feature 4 of the model
      DEUDA_TOTAL is feature 4 of the contract and feature 2 of the model
    ");

    let mut renamed = names();
    renamed[15] = "EDAD_MAYOR".to_owned();
    insta::assert_snapshot!(mismatch(&renamed), @r"
    contract casas-cobranzas does not fit the model:
      feature 16 of the contract is MAYOR_65, which the model does not have (its feature 16: EDAD_MAYOR)
      feature 16 of the model is EDAD_MAYOR, which the contract does not make (its feature 16: MAYOR_65)
    ");

    let mut one_more = names();
    one_more.insert(0, "PERMANENCIA".to_owned());
    insta::assert_snapshot!(mismatch(&one_more), @r"
    contract casas-cobranzas does not fit the model:
      feature 1 of the model is PERMANENCIA, which the contract does not make (its feature 1: CANTIDAD_FACTURAS)
      the contract makes 16 features and the model takes 17
    ");

    insta::assert_snapshot!(mismatch(&names()[..15]), @r"
    contract casas-cobranzas does not fit the model:
      feature 16 of the contract is MAYOR_65, which the model does not have (its feature 16: none)
      the contract makes 16 features and the model takes 15
    ");
}

#[test]
fn a_name_the_model_has_twice_is_one_too_many() {
    let mut twice = names();
    twice.push("VPT".to_owned());
    let mismatch = check(Some(&twice), 17).unwrap_err();
    assert_eq!(mismatch.differences().len(), 2);
}

#[test]
fn without_names_only_the_count_is_known() {
    let error = check(None, 12).unwrap_err();
    insta::assert_snapshot!(error.to_string(), @r"
    contract casas-cobranzas does not fit the model:
      the contract makes 16 features and the model takes 12
    ");
}
