//! The summary page: one file that a browser opens, in Spanish, without a row of the portfolio in it.

mod chart;
mod style;
mod table;

use propenso_scoring::statistics::Deciles;

use crate::money::{Money, grouped};
use crate::report::{Report, file_name, reconciliation};
use crate::summary::{Group, Summary, Total};
use table::{Cell, Table};

/// Reasons to reject rows that are listed.
const MOST_REJECTIONS: usize = 10;

/// Shares that differ by more than this from the reference's are marked.
const NOTABLE: f64 = 0.05;

/// Makes the page.
pub(crate) fn render(report: &Report) -> String {
    let summary = &report.summary;
    let name = match summary.file.as_str() {
        "" => "cartera",
        file => file,
    };
    let sections = [
        headlines(summary),
        accounts(report),
        deciles(summary),
        bands(summary),
        histogram(summary),
        inputs(summary),
        rejections(report),
        reading(report),
    ];
    format!(
        "<!doctype html>\n<html lang=\"es\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <title>Resumen de {name}</title>\n<style>{style}</style>\n</head>\n<body>\n<main>\n\
         <header><h1>Resumen de la cartera</h1>\n<p>{name} · {at} · modelo {model} · contrato {contract}</p></header>\n\
         {sections}\n<footer><p>propenso. La lista se ordena por {order}.</p></footer>\n</main>\n</body>\n</html>\n",
        name = escape(name),
        style = style::CSS,
        at = escape(&summary.when()),
        model = escape(&summary.model),
        contract = escape(&summary.contract),
        sections = sections.concat(),
        order = order(summary),
    )
}

fn order(summary: &Summary) -> &'static str {
    use super::request::RankBy;
    match summary.rank_by {
        RankBy::Probability => "probabilidad de pago",
        RankBy::Expected => "recuperación esperada (probabilidad × deuda)",
        RankBy::Net { .. } => {
            "margen esperado (comisión × recuperación esperada − coste del contacto)"
        }
    }
}

/// Makes a titled part of the page. Gives nothing where there is nothing in it.
fn section(title: &str, body: &str) -> String {
    if body.is_empty() {
        return String::new();
    }
    format!("<section><h2>{title}</h2>\n{body}</section>\n")
}

/// Shows the figures that everybody wants first.
fn headlines(summary: &Summary) -> String {
    let mut figures = vec![
        ("Clientes leídos", grouped(summary.read.rows)),
        ("Puntuados", grouped(summary.scored.rows)),
        ("Rechazados", grouped(summary.rejected.rows)),
    ];
    if summary.capacity.is_some() {
        figures.push(("Caben hoy", grouped(summary.fits.rows)));
    }
    if summary.amount_column.is_some() {
        let expected = summary
            .deciles
            .iter()
            .fold(Money::default(), |sum, group| sum + group.expected);
        figures.push(("Deuda puntuada", summary.scored.debt.to_string()));
        let name = match summary.left_out {
            None => "Recuperación esperada de la lista",
            Some(_) => "Recuperación esperada, quepan o no",
        };
        figures.push((name, expected.to_string()));
    }
    let figures: String = figures
        .iter()
        .map(|(name, figure)| format!("<div><dt>{name}</dt><dd>{figure}</dd></div>"))
        .collect();
    let remarks: String = summary
        .remarks
        .iter()
        .map(|remark| format!("<p class=\"remark\">{}</p>\n", escape(remark)))
        .collect();
    format!("<dl class=\"figures\">{figures}</dl>\n{remarks}")
}

/// Shows that every row is accounted for.
fn accounts(report: &Report) -> String {
    let summary = &report.summary;
    let has_debt = summary.amount_column.is_some();
    let mut table = Table::new(["", "Filas"]);
    if has_debt {
        table.heading("Deuda");
    }
    let mut push = |name: &str, total: Total| {
        let mut row = vec![
            Cell::Name(name.to_owned()),
            Cell::Figure(grouped(total.rows)),
        ];
        if has_debt {
            row.push(Cell::Figure(total.debt.to_string()));
        }
        table.push(row);
    };
    push("Leídos", summary.read);
    push("Puntuados", summary.scored);
    push("Rechazados", summary.rejected);
    if summary.suppressed.rows > 0 || report.suppressed_file.is_some() {
        push("Puntuados, excluidos por la lista", summary.suppressed);
    }
    if summary.control.rows > 0 {
        push("Puntuados, grupo de control", summary.control);
    }
    if let Some(capacity) = summary.capacity {
        push(
            &format!("Caben en la capacidad de {}", grouped(capacity)),
            summary.fits,
        );
    }
    if let Some(left_out) = summary.left_out {
        push("No caben, y no están en la lista", left_out);
    }
    let class = if summary.is_reconciled() {
        "good"
    } else {
        "bad"
    };
    let verdict = format!("<p class=\"{class}\">{}</p>\n", reconciliation(summary));
    section("Cuadre", &(table.html() + &verdict))
}

fn deciles(summary: &Summary) -> String {
    let note = "<p>Décimas partes de la lista de hoy: 1 se llama primero. Los deciles de dos días no se comparan entre sí.</p>\n";
    let labels = (1..=10).map(|decile: u8| decile.to_string());
    section(
        "Decil del día",
        &(note.to_owned() + &groups("Decil", labels, &summary.deciles, summary)),
    )
}

fn bands(summary: &Summary) -> String {
    let Some(bands) = &summary.bands else {
        let note = "<p>Este modelo no tiene bandas: las da la cartera de referencia del registro de modelos.</p>\n";
        return section("Banda", note);
    };
    let note = "<p>Cortes fijos de la versión del modelo: A es la que más paga. Sirven para comparar un mes con otro.</p>\n";
    let labels = Deciles::BANDS.into_iter().map(str::to_owned);
    section(
        "Banda",
        &(note.to_owned() + &groups("Banda", labels, bands, summary)),
    )
}

/// Clients by some order, with what is expected of them as bars.
fn groups(
    name: &str,
    labels: impl Iterator<Item = String>,
    groups: &[Group],
    summary: &Summary,
) -> String {
    let has_debt = summary.amount_column.is_some();
    // By what they are ordered by.
    let by_amount = groups.iter().any(|group| group.amounts.is_some());
    let range_name = match by_amount {
        true => "Importe, de … a …",
        false => "Prob., de … a …",
    };
    let mut table = Table::new([
        name,
        "Clientes",
        "Pagadores previstos",
        "Prob. media",
        range_name,
    ]);
    if has_debt {
        table.heading("Deuda");
        table.heading("Recuperación esperada");
    }
    let most = groups
        .iter()
        .map(|group| group.expected.euros())
        .fold(0.0, f64::max);
    for (label, group) in labels.zip(groups) {
        let range = match (by_amount, group.amounts) {
            (true, Some((least, most))) => format!("{most} – {least}"),
            (false, _) if group.rows > 0 => {
                format!("{} – {}", percent(group.lowest), percent(group.highest))
            }
            _ => "–".to_owned(),
        };
        let mut row = vec![
            Cell::Name(label),
            Cell::Figure(grouped(group.rows)),
            Cell::Figure(grouped(group.payers)),
            Cell::Figure(group.mean_probability().map_or("–".to_owned(), percent)),
            Cell::Figure(range),
        ];
        if has_debt {
            row.push(Cell::Figure(group.debt.to_string()));
            let share = if most > 0.0 {
                group.expected.euros() / most
            } else {
                0.0
            };
            row.push(Cell::Bar(group.expected.to_string(), share));
        }
        table.push(row);
    }
    table.html()
}

fn histogram(summary: &Summary) -> String {
    section(
        "Probabilidad de pago",
        &chart::histogram(&summary.histogram),
    )
}

/// Shows what was seen in each column, beside the model's reference.
fn inputs(summary: &Summary) -> String {
    let mut table = Table::new([
        "Dato",
        "Columna",
        "Sin valor",
        "Desconocidos",
        "Fuera de límites",
        "Dudosos",
    ]);
    let n_rows = summary.scored.rows;
    for (at, input) in summary.inputs.iter().enumerate() {
        let reference = summary
            .reference
            .as_ref()
            .and_then(|reference| Some((reference.inputs.get(at)?, reference.rows)));
        let cell = |count: u64, of_reference: fn(&super::summary::InputCount) -> u64| {
            let before = reference.map(|(input, rows)| Part::new(of_reference(input), rows));
            Part::new(count, n_rows).cell(before)
        };
        table.push(vec![
            Cell::Name(input.input.clone()),
            Cell::Text(match &input.column {
                Some(column) if *column == input.input => "igual".to_owned(),
                Some(column) => column.clone(),
                None => "no está".to_owned(),
            }),
            cell(input.missing, |input| input.missing),
            cell(input.unseen, |input| input.unseen),
            cell(input.clipped, |input| input.clipped),
            cell(input.ambiguous, |input| input.ambiguous),
        ]);
    }
    let note = match &summary.reference {
        Some(reference) => format!(
            "<p>Filas puntuadas con cada aviso; debajo, en la cartera de referencia del modelo ({} filas). Se marca lo que \
             se aparta más de {} puntos.</p>\n",
            grouped(reference.rows),
            (NOTABLE * 100.0).round(),
        ),
        None => "<p>Filas puntuadas con cada aviso. No hay cartera de referencia con que compararlas.</p>\n".to_owned(),
    };
    section("Datos", &(note + &table.html()))
}

/// Some of the rows.
#[derive(Clone, Copy)]
struct Part {
    count: u64,
    /// Their share of all, 0 to 1.
    share: f64,
}

impl Part {
    fn new(count: u64, rows: u64) -> Self {
        let share = match rows {
            0 => 0.0,
            _ => count as f64 / rows as f64,
        };
        Self { count, share }
    }

    /// Shows the count with its share, and the share there was before.
    fn cell(self, before: Option<Self>) -> Cell {
        let figure = match self.count {
            0 => "0".to_owned(),
            count => format!("{} ({})", grouped(count), percent(self.share)),
        };
        match before {
            None if self.count == 0 => Cell::Nothing,
            None => Cell::Figure(figure),
            Some(before) => Cell::Compared {
                figure,
                before: percent(before.share),
                is_notable: (self.share - before.share).abs() > NOTABLE,
            },
        }
    }
}

fn rejections(report: &Report) -> String {
    let summary = &report.summary;
    if summary.rejections.is_empty() {
        return section("Rechazos", "<p>Ninguna fila se ha rechazado.</p>\n");
    }
    let mut table = Table::new(["Motivo", "Campo", "Filas"]);
    for rejection in summary.rejections.iter().take(MOST_REJECTIONS) {
        table.push(vec![
            Cell::Name(rejection.reason.clone()),
            Cell::Text(match rejection.input.as_str() {
                "" => "(la fila)".to_owned(),
                input => input.to_owned(),
            }),
            Cell::Figure(grouped(rejection.rows)),
        ]);
    }
    let place = report
        .rejected_file
        .as_deref()
        .map_or(String::new(), |path| {
            format!(
                "<p>Cada fila rechazada está, con su motivo, en {}.</p>\n",
                escape(&file_name(path))
            )
        });
    section("Rechazos", &(table.html() + &place))
}

/// Tells how the file was read.
fn reading(report: &Report) -> String {
    let sentence = report.detected.sentence();
    let (first, rest) = sentence.split_at(sentence.chars().next().map_or(0, char::len_utf8));
    let mut body = format!("<p>{}{}.</p>\n", first.to_uppercase(), escape(rest));
    let lists = [
        (
            "Datos sin columna en el archivo",
            &report.summary.missing_columns,
        ),
        (
            "Columnas que el modelo no usa",
            &report.summary.unused_columns,
        ),
    ];
    for (name, columns) in lists {
        if !columns.is_empty() {
            body.push_str(&format!(
                "<p>{name}: {}.</p>\n",
                escape(&columns.join(", "))
            ));
        }
    }
    section("Lectura del archivo", &body)
}

/// Writes a share as Spanish readers do.
fn percent(share: f64) -> String {
    format!("{:.1} %", share * 100.0).replace('.', ",")
}

/// Writes a text so that it is no markup.
fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            c => escaped.push(c),
        }
    }
    escaped
}
