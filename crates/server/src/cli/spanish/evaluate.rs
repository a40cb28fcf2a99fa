//! The help of `propenso evaluate`.

use super::Texts;

pub(super) const TEXTS: [Texts; 1] = [Texts {
    path: "evaluate",
    about: "Mide un modelo con clientes de los que se sabe si pagaron",
    after: "\
Sin MODELO se mide el de la configuración, y si no lo hay, el modelo en servicio del
registro. Con él no hace falta ningún registro. No se guarda nada. Las medidas son las que recibe un
modelo que llega con clientes de resultado conocido: AUC con su intervalo del 95 %,
Gini, KS, log loss, Brier, y lo que se dijo y lo que pasó por décimas partes de los
clientes. Una celda vacía en la columna del resultado es un cliente del que todavía
no se sabe.

Código de salida: 0 medido, 1 los archivos no se pueden usar.",
    arguments: &[
        (
            "file",
            "El archivo del modelo; sin él, el modelo con el que respondería «serve»",
        ),
        (
            "holdout",
            "Clientes con una columna que dice quién pagó: .csv, .xlsx, .ods, .xls o .parquet",
        ),
        (
            "target_column",
            "La columna que dice quién pagó [por defecto: models.target_column de la configuración, o TARGET]",
        ),
        (
            "target_paid",
            "Lo que dice esa columna de quien pagó, tantas veces como palabras haya [por defecto: models.target_paid, o 1, SI, S, TRUE y parecidas]",
        ),
    ],
}];
