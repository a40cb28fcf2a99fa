//! What is said of files that cannot be used, in Spanish: whoever sent the file reads it.

use super::ReadingProblem;

impl ReadingProblem {
    /// What is wrong, about the reader's own file; `subject` is what of it has a name.
    pub(in crate::gates) fn text(self, subject: Option<&str>) -> String {
        let named =
            |before: &str| subject.map_or_else(String::new, |name| format!("{before}{name}"));
        let among =
            |before: &str| subject.map_or_else(String::new, |name| format!("{before}({name})"));
        match self {
            Self::Incomplete => {
                "El archivo está incompleto: termina antes de tiempo. Suele pasar cuando se copia a medias o se \
                 corta la descarga."
                    .to_owned()
            }
            Self::NotAModel => "El archivo no contiene un modelo.".to_owned(),
            Self::Damaged => "El archivo está dañado o alguien lo ha manipulado.".to_owned(),
            Self::Excessive => {
                "El archivo pide más memoria de la que ningún modelo necesita. Así son los archivos preparados \
                 para bloquear el ordenador que los abre. propenso se ha detenido antes."
                    .to_owned()
            }
            Self::Unsupported => "El modelo es de un tipo que propenso todavía no conoce.".to_owned(),
            Self::Unnamed => {
                "El archivo guarda el modelo dentro de un diccionario o una lista, junto a otros datos, y nadie ha dicho \
                 bajo qué clave está."
                    .to_owned()
            }
            Self::NotAlone => {
                "El archivo guarda el modelo junto a otros objetos que seguramente preparan los datos, o junto a otros \
                 modelos. El modelo solo daría respuestas equivocadas."
                    .to_owned()
            }
            Self::Empty => "El archivo está vacío: no se llegó a guardar o a copiar.".to_owned(),
            Self::Pointer => format!(
                "El archivo es un puntero{}, no el modelo: dice dónde está, pero no lo lleva dentro.",
                named(" de ")
            ),
            Self::WebPage => {
                "El archivo es una página web, no el modelo: al descargarlo llegó la página de acceso o de error."
                    .to_owned()
            }
            Self::Archive => format!(
                "El archivo es un paquete comprimido{}, no el modelo suelto.",
                among(" ")
            ),
            Self::Encrypted => "El archivo está cifrado o pide una contraseña.".to_owned(),
            Self::Encoded => {
                "El archivo es texto (base64), como viajan los adjuntos en un correo, y no el modelo mismo."
                    .to_owned()
            }
            Self::TreeDump => format!(
                "El archivo es un volcado{} para leerlo, no el modelo: le falta parte de lo necesario para calcular.",
                named(" de ")
            ),
            Self::OldForm => "El modelo está en el formato binario antiguo de XGBoost.".to_owned(),
            Self::HalfNetwork => {
                "El archivo lleva solo una parte de una red de Keras: las capas sin los pesos, o los pesos sin las \
                 capas."
                    .to_owned()
            }
            Self::Table => format!("El archivo es una tabla de datos{}, no un modelo.", among(" ")),
            Self::Document => {
                format!("El archivo es un documento o un programa{}, no un modelo.", among(" "))
            }
            Self::OtherModel => format!(
                "El archivo es un modelo{}, y propenso no lee esos archivos.",
                named(" de ")
            ),
            Self::SeveralObjects => format!(
                "El archivo lleva varios objetos guardados uno detrás de otro{}. Quien lo abre recibe solo el primero, \
                 y lo que hacen los demás se pierde.",
                among(" ")
            ),
            Self::NoPredictor => format!(
                "El archivo lleva solo una transformación de columnas{}, sin un modelo que prediga.",
                among(" ")
            ),
            Self::NotFitted => format!("El modelo se guardó sin entrenar{}.", among(" ")),
            Self::OwnClass => format!(
                "El modelo usa código propio del equipo de analítica{}, que no va en el archivo y que propenso no \
                 ejecuta.",
                among(" ")
            ),
            Self::OtherLibrary => format!(
                "El modelo usa una biblioteca que propenso no lee{}.",
                among(" ")
            ),
        }
    }

    /// What to do about it.
    pub(in crate::gates) fn advice(self) -> &'static str {
        match self {
            Self::Incomplete => {
                "Cópielo otra vez y compruebe que el tamaño es el del original. Si vuelve a pasar, pídalo de nuevo."
            }
            Self::NotAModel => {
                "Compruebe que es el archivo que envió el equipo de analítica, el que guardan con joblib.dump."
            }
            Self::Damaged | Self::Excessive => {
                "No lo abra en ningún otro programa. Pida el modelo otra vez por un canal de confianza."
            }
            Self::Unsupported => {
                "Envíe el detalle técnico al equipo de analítica: dice qué clase de modelo es."
            }
            Self::Unnamed => {
                "Envíelo otra vez con la clave que dice el detalle técnico: models add --key CLAVE, o key = \"CLAVE\" en \
                 la configuración."
            }
            Self::NotAlone => {
                "Pida al equipo de analítica que lo una todo en un solo Pipeline de scikit-learn y guarde ese. El \
                 detalle técnico dice qué hay en el archivo."
            }
            Self::Empty => {
                "Pida que lo guarden y lo envíen otra vez, y compruebe que el tamaño no es cero."
            }
            Self::Pointer => {
                "Pida a quien lo envió que descargue primero el modelo de verdad (por ejemplo con git lfs pull) y \
                 envíe ese archivo."
            }
            Self::WebPage => {
                "Entre con su usuario en el sitio y descárguelo otra vez, o pida que se lo envíen por otro medio."
            }
            Self::Archive => {
                "Descomprímalo y envíe solo el archivo del modelo. Un .zip con un único archivo dentro sí se admite."
            }
            Self::Encrypted => {
                "Ábralo con su contraseña y envíe el archivo del modelo sin proteger."
            }
            Self::Encoded => "Pida el archivo original, o que lo decodifiquen antes de enviarlo.",
            Self::TreeDump => {
                "Pida al equipo de analítica que guarde el modelo con save_model: modelo.json con XGBoost, modelo.txt \
                 con LightGBM."
            }
            Self::OldForm => {
                "Pida al equipo de analítica que lo cargue con la versión de XGBoost que lo guardó y lo guarde con \
                 save_model(\"modelo.json\")."
            }
            Self::HalfNetwork => {
                "Pida al equipo de analítica que guarde la red entera con model.save(\"modelo.keras\")."
            }
            Self::Table | Self::Document => {
                "Compruebe que no se envió por confusión. El modelo es el archivo que el equipo de analítica guarda \
                 con joblib.dump."
            }
            Self::OtherModel | Self::OtherLibrary => {
                "Envíe el detalle técnico al equipo de analítica: dice qué pueden usar en su lugar."
            }
            Self::SeveralObjects | Self::NoPredictor => {
                "Pida al equipo de analítica que una las transformaciones y el modelo en un solo Pipeline, y que \
                 guarde ese."
            }
            Self::NotFitted => {
                "Pida al equipo de analítica que lo entrene (fit) y lo guarde después."
            }
            Self::OwnClass => {
                "Pida al equipo de analítica que calcule esas columnas antes del modelo, o que use las \
                 transformaciones de scikit-learn, y que guarde el Pipeline otra vez."
            }
        }
    }
}
