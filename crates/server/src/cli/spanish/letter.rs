//! The help of `propenso decisions letter`.

use super::Texts;

pub(super) const TEXTS: [Texts; 1] = [Texts {
    path: "decisions letter",
    about: "Escribe la carta que se debe a una persona sobre la que decidió una puntuación: HTML que se imprime en A4",
    after: "\
La decisión se calcula otra vez con el modelo de aquel día, con sus razones y con lo
que la habría cambiado, se pidieran entonces o no. Si no da lo mismo, bit a bit, si sus
datos se borraron o no se guardaron, o si su modelo no está, no se escribe ninguna
carta, y se dice qué se puede hacer.

Lo que dice la casa está bajo [letter] en la configuración: sender, used_for, contact,
officer, authority, note; véase docs/carta.md. Lo que falta queda marcado en la carta,
y se dice.

Código de salida: 0 lista para enviar, 1 no hay carta, 2 escrita con huecos, que están
marcados, 64 la orden está mal escrita.",
    arguments: &[
        (
            "id",
            "La decisión, con el nombre que le dio x-propenso-decision",
        ),
        (
            "output",
            "El archivo de la carta; solo puede leerlo esta cuenta",
        ),
        (
            "why",
            "Para qué se leen los datos de la persona: consta quién los lee",
        ),
        ("by", "Quién lo pide [por defecto: el nombre del usuario]"),
        ("to", "Nombre y dirección de la persona"),
        (
            "sender",
            "Nombre y dirección de quien envía la carta [por defecto: letter.sender de la configuración]",
        ),
        (
            "used_for",
            "Para qué se usan las puntuaciones y qué consecuencias tienen [por defecto: letter.used_for]",
        ),
        (
            "contact",
            "A quién se dirige la persona [por defecto: letter.contact]",
        ),
        (
            "officer",
            "El delegado de protección de datos [por defecto: letter.officer]",
        ),
        (
            "authority",
            "Ante quién se reclama [por defecto: letter.authority]",
        ),
    ],
}];
