//! What is told of each thing that speaks against a model: to people who do not program, with its numbers as they write
//! them, and with something that they can do.

use propenso_lifecycle::gates::{Concern, Level};

/// One of each, with what its text has to say.
fn all() -> Vec<(Concern, Level, &'static [&'static str])> {
    let (warn, fail) = (Level::Warn, Level::Fail);
    let names = || vec!["os.system".to_owned(), "os.popen".to_owned()];
    vec![
        (Concern::WrongHash, fail, &["huella", ".sha256"]),
        (
            Concern::Foreign {
                names: names(),
                level: warn,
            },
            warn,
            &["os.system, os.popen", "no ha ejecutado nada"],
        ),
        (
            Concern::OwnCode {
                names: names(),
                level: fail,
            },
            fail,
            &["os.system, os.popen", "no lo ejecuta"],
        ),
        (Concern::Strict, fail, &["política estricta"]),
        (Concern::Misfit, fail, &["otras columnas"]),
        (
            Concern::ThresholdBeside {
                key: "umbral".to_owned(),
                value: 0.37,
            },
            warn,
            &["«umbral»: 0,370"],
        ),
        (
            Concern::GoldenDiffers { rows: 5, of: 64 },
            fail,
            &["En 5 de las 64 filas"],
        ),
        (
            Concern::GoldenTied { rows: 5, of: 64 },
            warn,
            &["En 5 de las 64 filas", "redondeo"],
        ),
        (
            Concern::GoldenUnanswered { rows: 5, of: 64 },
            fail,
            &["5 de las 64 filas", "alguna columna"],
        ),
        (Concern::ContractUnusable, fail, &["contrato"]),
        (
            Concern::GoldenUnusable {
                problem: "no hay ninguna fila".to_owned(),
            },
            fail,
            &["no hay ninguna fila"],
        ),
        (Concern::NotCompared, warn, &["No se ha podido comparar"]),
        (
            Concern::TableUnusable {
                file: "cartera.csv".to_owned(),
                problem: "está vacío".to_owned(),
            },
            warn,
            &["cartera.csv", "está vacío"],
        ),
        (
            Concern::ChampionUnmeasured {
                problem: "faltan columnas: EDAD".to_owned(),
            },
            warn,
            &["faltan columnas: EDAD", "medido solo"],
        ),
        (
            Concern::Unscored {
                share: 0.1234,
                limit: 0.05,
            },
            fail,
            &["12,3 %", "(límite: 5,0 %)"],
        ),
        (
            Concern::Psi {
                psi: 0.1234,
                limit: 0.1,
                level: warn,
            },
            warn,
            &["PSI 0,123", "límite 0,100"],
        ),
        (
            Concern::Flips {
                share: 0.25,
                limit: 0.2,
                level: fail,
            },
            fail,
            &["25,0 %", "(límite: 20,0 %)"],
        ),
        (
            Concern::Mean {
                change: 0.0625,
                limit: 0.05,
                level: warn,
            },
            warn,
            &["media sube 6,2 puntos", "(límite: 5,0)"],
        ),
        (
            Concern::Mean {
                change: -0.0625,
                limit: 0.05,
                level: fail,
            },
            fail,
            &["media baja 6,2 puntos"],
        ),
        (
            Concern::AucLoss {
                loss: 0.0625,
                limit: 0.05,
                level: fail,
            },
            fail,
            &["0,062 de AUC", "(límite: 0,050)"],
        ),
        (
            Concern::Chance { level: fail },
            fail,
            &["No distingue", "azar"],
        ),
        (
            Concern::Chance { level: warn },
            warn,
            &["no se puede asegurar", "azar"],
        ),
    ]
}

#[test]
fn each_is_told_with_its_numbers_and_what_to_do() {
    for (concern, level, words) in all() {
        assert_eq!(concern.level(), level, "{concern:?}");
        let text = concern.text();
        for word in words {
            assert!(text.contains(word), "{concern:?}: {text}");
        }
        assert!(text.ends_with('.'), "{text}");
        let advice = concern.advice();
        assert!(
            advice.len() > 20 && advice.ends_with(['.', '"']),
            "{concern:?}: {advice}"
        );
    }
}

/// How sure it is that a model ranks by chance decides what is to be done.
#[test]
fn advice_of_few_clients_is_to_measure_more() {
    let advice = |level| Concern::Chance { level }.advice();
    assert!(advice(Level::Warn).contains("más clientes"));
    assert_ne!(advice(Level::Warn), advice(Level::Fail));
}
