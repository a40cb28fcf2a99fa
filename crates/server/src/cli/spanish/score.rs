//! The help of `propenso score`.

use super::Texts;

pub(super) const TEXTS: [Texts; 1] = [Texts {
    path: "score",
    about: "Puntúa una cartera entera: entra un archivo de clientes, sale la lista ordenada, sin perder ninguna fila",
    after: "\
Cómo está escrito el archivo (separador, codificación, coma decimal, fila de la
cabecera) se averigua y se cuenta en el informe; con cada opción de lectura se
impone. Las filas rechazadas van a SALIDA.rechazados.csv con su fila, la columna,
el valor y el motivo; los clientes de --suppress, a SALIDA.suprimidos.csv. Véase
docs/carteras.md.

Código de salida: 0 se puntuaron todas las filas, 2 se rechazó alguna o no había
ninguna, 1 no se pudo, 64 la orden está mal escrita; con 1 y 64, y si no hay ni un
cliente, SALIDA queda como estaba.",
    arguments: &[
        (
            "input",
            "La cartera: CSV, .xlsx, .ods, .xls, Parquet o registros JSON; el texto también en .gz o .zst, o uno de estos en un .zip; «-» es la entrada estándar",
        ),
        (
            "output",
            "La lista ordenada; su nombre dice la forma: .csv, .xlsx, .parquet, .jsonl; «-» es la salida estándar",
        ),
        (
            "model",
            "El archivo del modelo; sin él puntúa el de la configuración, o el modelo en servicio del registro",
        ),
        (
            "key",
            "Con --model: la clave con la que el archivo, un diccionario o una lista, guarda el modelo (en una lista, su posición desde 0)",
        ),
        (
            "contract",
            "Con --model: un contrato de los que se incluyen, «model» para las columnas del propio modelo, o un archivo de contrato",
        ),
        (
            "profile",
            "Las opciones guardadas con --save-as, o escritas bajo [portfolio.profiles] de la configuración, o un archivo .toml con ellas; lo que se escribe va por delante",
        ),
        (
            "save_as",
            "Guarda las opciones escritas para el próximo archivo como este, si todo ha ido bien; con --profile, también las suyas",
        ),
        (
            "explain",
            "Escribe también las K variables que más movieron cada puntuación, una frase cada una",
        ),
        (
            "resumen",
            "Escribe una página de resumen, para abrirla en el navegador",
        ),
        (
            "reference",
            "Una cartera reciente con la que comparar las columnas en el resumen [por defecto: models.reference de la configuración]",
        ),
        (
            "report",
            "Cómo se informa al terminar: text o json [por defecto: text]",
        ),
        ("quiet", "Sin progreso y sin informe"),
        (
            "threads",
            "Hilos de trabajo, cuatro por núcleo como mucho [por defecto: todos los núcleos]",
        ),
        (
            "input_format",
            "La forma del archivo: csv, xlsx, ods, xls, parquet, jsonl",
        ),
        (
            "separator",
            "Lo que separa las celdas: «;», «,», «|» o «tab»",
        ),
        (
            "encoding",
            "La codificación: utf-8, utf-8-bom, windows-1252, latin-1, utf-16le, utf-16be",
        ),
        (
            "decimal",
            "Con qué se escriben los decimales: «comma», coma, o «point», punto",
        ),
        ("sheet", "La hoja del libro"),
        (
            "header_row",
            "La fila con los nombres de las columnas, contada como en una hoja de cálculo",
        ),
        (
            "map",
            "Una columna que es una variable con otro nombre: \"Cód. Postal=CODIGO_POSTAL\"; se puede dar varias veces",
        ),
        (
            "id_column",
            "La columna con el identificador de cada cliente [por defecto: la del contrato]",
        ),
        (
            "amount_column",
            "La columna con la deuda, en euros [por defecto: la del contrato]",
        ),
        (
            "output_format",
            "La forma de la salida: csv, xlsx, parquet, jsonl [por defecto: la que dice su nombre]",
        ),
        ("output_separator", "Lo que separa las celdas en la salida"),
        ("output_encoding", "La codificación de la salida"),
        (
            "output_decimal",
            "Con qué se escriben los decimales en la salida",
        ),
        (
            "columns_first",
            "Las columnas nuevas delante de las originales, o con «=no» detrás [por defecto: delante en los libros de Excel]",
        ),
        (
            "rank_by",
            "Por qué se ordena: probability, la probabilidad de pago; expected, probabilidad × deuda; net, honorarios × probabilidad × deuda − coste [por defecto: probability]",
        ),
        (
            "order",
            "El orden de la lista: rank, primero a quien se llama primero; file, como viene el archivo [por defecto: rank]",
        ),
        (
            "fee",
            "La parte de lo recuperado que cobra la agencia: 0.2 o 20%",
        ),
        (
            "contact_cost",
            "Lo que cuesta contactar con un cliente, en euros",
        ),
        (
            "capacity",
            "A cuántos clientes se puede llamar, 2400 o 2.400: marca quién cabe",
        ),
        (
            "only_fits",
            "Escribe solo a los que caben, o con «=no» a todos; el informe cuenta a los demás",
        ),
        (
            "split",
            "Corta la lista en archivos de N clientes: SALIDA-001.csv, SALIDA-002.csv…",
        ),
        (
            "rank_direction",
            "Desde dónde cuenta «rango»: first, al 1 se le llama primero; last, al número mayor, para marcadores que llaman por prioridad [por defecto: first]",
        ),
        (
            "one_per_client",
            "Un solo puesto para un cliente con varias filas, por la mejor; con «=no» cada fila tiene el suyo [por defecto: sí]",
        ),
        (
            "suppress",
            "Clientes a los que no se debe llamar: un archivo con una columna de sus identificadores",
        ),
        (
            "suppress_missing",
            "Si ese archivo tiene identificadores que la cartera escribe de otra forma, o ninguno de la cartera: «fail» u «ok» [por defecto: fail]",
        ),
        (
            "control_share",
            "Parte de un grupo al azar al que no se llama, para medir contra él: 0.05 o 5%",
        ),
        (
            "seed_key",
            "El secreto que, con el identificador de cada cliente, decide quién está en ese grupo",
        ),
    ],
}];
