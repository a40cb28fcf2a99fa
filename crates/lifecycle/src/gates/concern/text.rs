//! What is said of concerns and what to do about them, in Spanish: whoever sent the file reads it.

use super::{Concern, Level};
use crate::gates::figures::{number, percent};

impl Concern {
    /// What is wrong, for people who do not program.
    #[must_use]
    pub fn text(&self) -> String {
        match self {
            Self::Unreadable { problem, subject } => problem.text(subject.as_deref()),
            Self::WrongHash => {
                "El archivo no coincide con la huella que lo acompaña (archivo .sha256): se copió mal o es otro."
                    .to_owned()
            }
            Self::Foreign { names, .. } => format!(
                "El archivo nombra programas que ningún modelo necesita ({}). Así son los archivos preparados \
                 para atacar el ordenador que los abre. propenso no ha ejecutado nada de lo que contiene.",
                names.join(", ")
            ),
            Self::OwnCode { names, .. } => format!(
                "El archivo nombra código que no va dentro de él ({}): de quien lo entrenó o de otra biblioteca. El \
                 modelo contesta sin él, y propenso no lo ejecuta.",
                names.join(", ")
            ),
            Self::Strict => "La política estricta no admite este archivo.".to_owned(),
            Self::Misfit => {
                "El modelo no espera los mismos datos que usa la plataforma: se entrenó con otras columnas, o en \
                 otro orden."
                    .to_owned()
            }
            Self::ThresholdBeside { key, value } => format!(
                "El archivo guarda junto al modelo un umbral («{key}»: {}) que no se aplica: la clasificación se decide \
                 con el del contrato, o con la clase más probable si no lo tiene.",
                number(*value, 3)
            ),
            Self::GoldenDiffers { rows, of } => format!(
                "En {rows} de las {of} filas de comprobación que acompañan al modelo, la respuesta no es la que \
                 anotó quien lo entrenó."
            ),
            Self::GoldenTied { rows, of } => format!(
                "En {rows} de las {of} filas de comprobación que acompañan al modelo, la probabilidad coincide salvo \
                 diferencias de redondeo, pero está tan justa entre dos clases que el redondeo decide: sale otra \
                 clase que la que anotó quien lo entrenó."
            ),
            Self::GoldenUnanswered { rows, of } => format!(
                "El modelo no puede contestar {rows} de las {of} filas de comprobación del modelo en servicio: \
                 seguramente cambió alguna columna."
            ),
            Self::ContractUnusable => {
                "El contrato, que dice cómo se leen los datos, no se puede usar con este modelo.".to_owned()
            }
            Self::GoldenUnusable { problem } => {
                format!("Las filas de comprobación que acompañan al modelo no se pueden usar: {problem}.")
            }
            Self::NotCompared => {
                "No se ha podido comparar con el modelo en servicio en una cartera de referencia, así que no \
                 se sabe cuánto cambian las respuestas."
                    .to_owned()
            }
            Self::TableUnusable { file, problem } => {
                format!("El archivo {file} no se puede usar: {problem}.")
            }
            Self::ChampionUnmeasured { problem } => format!(
                "El modelo en servicio no se puede medir con los clientes de resultado conocido, así que el nuevo se ha \
                 medido solo: {problem}."
            ),
            Self::Unscored { share, limit } => format!(
                "El {} de los clientes de la cartera de referencia no se puede puntuar (límite: {}).",
                percent(*share),
                percent(*limit)
            ),
            Self::Psi { psi, limit, .. } => format!(
                "Las probabilidades se reparten de forma muy distinta a las del modelo en servicio (PSI {}, \
                 límite {}).",
                number(*psi, 3),
                number(*limit, 3)
            ),
            Self::Flips { share, limit, .. } => format!(
                "El {} de los clientes cambia de clasificación (límite: {}).",
                percent(*share),
                percent(*limit)
            ),
            Self::Mean { change, limit, .. } => format!(
                "La probabilidad media {} {} puntos (límite: {}).",
                if *change > 0.0 { "sube" } else { "baja" },
                number(change.abs() * 100.0, 1),
                number(limit * 100.0, 1)
            ),
            Self::AucLoss { loss, limit, .. } => format!(
                "Distingue peor a quien paga que el modelo en servicio: pierde {} de AUC (límite: {}).",
                number(*loss, 3),
                number(*limit, 3)
            ),
            Self::Chance { level: Level::Fail } => {
                "No distingue a quien paga mejor que el azar en los clientes con resultado conocido.".to_owned()
            }
            Self::Chance { level: Level::Warn } => {
                "Con los clientes de resultado conocido no se puede asegurar que distinga a quien paga mejor \
                 que el azar."
                    .to_owned()
            }
        }
    }

    /// What to do about it.
    #[must_use]
    pub fn advice(&self) -> &'static str {
        match self {
            Self::Unreadable { problem, .. } => problem.advice(),
            Self::WrongHash => "Cópielo otra vez, junto con su archivo .sha256.",
            Self::Foreign { .. } => {
                "No lo abra en ningún otro programa. Avise a quien lo envió y a informática, y pida el modelo \
                 otra vez por un canal de confianza."
            }
            Self::OwnCode { .. } => {
                "Pregunte al equipo de analítica qué es, o pida que lo quiten del archivo."
            }
            Self::Strict => "Pida el modelo guardado con una versión verificada de scikit-learn.",
            Self::Misfit => {
                "Pregunte al equipo de analítica si cambió las columnas. Si el cambio es intencionado, hace \
                 falta también un contrato nuevo; si no, que entrenen de nuevo con las de siempre."
            }
            Self::ThresholdBeside { .. } => {
                "Si ese umbral vale, escríbalo en el contrato: threshold, en [decision]. Las probabilidades son las \
                 mismas con él y sin él."
            }
            Self::GoldenUnanswered { .. } => {
                "Pregunte al equipo de analítica qué columnas cambió, o pida que envíen filas nuevas con el modelo."
            }
            Self::ContractUnusable => {
                "Envíe el detalle técnico a quien escribió el contrato: dice qué hay que corregir."
            }
            Self::GoldenDiffers { .. } => {
                "Pida al equipo de analítica que compruebe que el modelo y las filas se guardaron a la vez y con \
                 la misma versión."
            }
            Self::GoldenTied { .. } => {
                "No es un error del modelo ni de propenso. Decida con el equipo de analítica qué se hace con los \
                 clientes que quedan justo en el límite."
            }
            Self::GoldenUnusable { .. } => {
                "Pida las filas de comprobación otra vez, o envíe el modelo sin ellas."
            }
            Self::NotCompared => {
                "Indique una cartera reciente en la configuración: [models] reference = \"cartera.csv\". Si ya la \
                 hay, compruebe que el modelo en servicio se carga y puede puntuarla."
            }
            Self::TableUnusable { .. } => "Corrija el archivo y envíe el modelo otra vez.",
            Self::ChampionUnmeasured { .. } => {
                "Mire si lo que acierta basta. Para compararlos, envíe clientes que tengan también las columnas del \
                 modelo en servicio."
            }
            Self::Unscored { .. } => {
                "Compruebe con el equipo de analítica qué datos dejó de admitir el modelo."
            }
            Self::Psi { .. } | Self::Flips { .. } | Self::Mean { .. } => {
                "Pregunte al equipo de analítica si esperaba este cambio. Si es correcto, póngalo en servicio a \
                 mano; si está rechazado, amplíe el límite en [models.gates] y envíe el modelo otra vez."
            }
            Self::Chance { level: Level::Warn } => {
                "Mídalo con más clientes de resultado conocido antes de decidir."
            }
            Self::AucLoss { .. } | Self::Chance { .. } => {
                "No lo ponga en servicio hasta que el equipo de analítica lo explique."
            }
        }
    }
}
