//! Clients of the example's portfolio, as the platform asks for them.

use super::read_text;

/// Query parameters and the portfolio's columns.
pub(crate) const COLUMNS: [(&str, &str); 13] = [
    ("er", "ESCENARIO_RECOBRO"),
    ("po", "PORTADO"),
    ("vt", "VPT"),
    ("cp", "CODIGO_POSTAL"),
    ("ec", "ESTADO_CLIENTE"),
    ("vf", "VAP_SCF"),
    ("vb", "VAP_OB"),
    ("fb", "FECHA_BPI"),
    ("ed", "EDAD"),
    ("cf", "CANTIDAD_FACTURAS"),
    ("im", "IMPORTE_FACTURA"),
    ("dt", "DEUDA_TOTAL"),
    ("nl", "NUM_LINEAS_ACTIVAS"),
];

/// The thirteen inputs of a client, as text, by query parameter.
pub(crate) type Client = Vec<(&'static str, String)>;

/// The clients of a portfolio in the repository.
pub(crate) fn clients(portfolio: &str) -> Vec<Client> {
    let text = read_text(portfolio);
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(b';')
        .from_reader(text.as_bytes());
    let header = reader.headers().unwrap().clone();
    let place = |column| header.iter().position(|name| name == column).unwrap();
    let places = COLUMNS.map(|(parameter, column)| (parameter, place(column)));
    reader
        .records()
        .map(|record| {
            let record = record.unwrap();
            places
                .map(|(parameter, place)| (parameter, record[place].to_owned()))
                .into()
        })
        .collect()
}

/// P(pays) and class of each client of the example's portfolio, as scikit-learn has them.
pub(crate) fn expected() -> Vec<(f64, i64)> {
    let text = read_text("testdata/cobranza/expected.csv.gz");
    let mut records = csv::Reader::from_reader(text.as_bytes());
    let records = records.records().map(|record| {
        let record = record.unwrap();
        (record[2].parse().unwrap(), record[3].parse().unwrap())
    });
    records.collect()
}

/// A client as `/prediccion` is asked.
pub(crate) fn query(client: &Client) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    query.extend_pairs(client);
    query.finish()
}
