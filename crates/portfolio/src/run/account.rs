//! What a summary says besides what is counted: the file, the model, the columns, and what the reader should know.

use std::path::Path;

use propenso_scoring::{Contract, Header, Language, Scorer};

use super::Run;
use crate::columns::{ColumnMatcher, Columns};
use crate::count::Count;
use crate::error::PortfolioError;
use crate::first_pass::{FirstPass, Keep};
use crate::in_order::in_order;
use crate::money::grouped;
use crate::request::{PortfolioRequest, Reading};
use crate::source::{self, RowNames, Source};
use crate::summary::{Reference, RowsAside, Summary, SuppressionCount, Total};

impl Run<'_> {
    /// Gives what is known before anything is counted.
    pub(super) fn account(&self, source: &dyn Source) -> Summary {
        let header = source.header();
        let name = |column: Option<usize>| column.and_then(|column| header.get(column)).cloned();
        let Columns { inputs, id, amount } = self.columns;
        let is_used =
            |at: &usize| inputs.contains(&Some(*at)) || *id == Some(*at) || *amount == Some(*at);
        let unused = (0..header.len())
            .filter(|at| !is_used(at))
            .filter_map(|at| name(Some(at)));
        let contract = self.scorer.contract();
        let missing = self.columns.of_inputs(contract);
        let missing = missing.filter(|(input, column)| column.is_none() && input.is_used());
        let file = self.request.input.as_deref().and_then(Path::file_name);
        let file = file.map(|file| file.to_string_lossy().into_owned());
        let hash = self.scorer.model().short();
        Summary {
            file: self.request.name.clone().or(file).unwrap_or_default(),
            at: jiff::ZonedDateTime::now()
                .strftime("%Y-%m-%d %H:%M")
                .to_string(),
            model: match self.request.version {
                Some(version) => format!("versión {version} ({hash})"),
                None => hash,
            },
            contract: contract.name().to_owned(),
            capacity: self.request.capacity,
            left_out: self.request.only_fits.then(Total::default),
            rank_by: self.request.rank_by,
            amount_column: name(*amount),
            id_column: name(*id),
            unused_columns: unused.collect(),
            missing_columns: missing.map(|(input, _)| input.name().to_owned()).collect(),
            aside: RowsAside {
                headers: source.aside().headers,
                titles: source.aside().titles,
                empty: source.aside().empty,
                totals: 0,
            },
            remarks: [source.remarks(), lookalikes(contract, self.columns, header)].concat(),
            ..Summary::default()
        }
    }

    /// Writes which column each input was read from.
    pub(super) fn name_columns(&self, header: &[String], summary: &mut Summary) {
        for (input, column) in summary.inputs.iter_mut().zip(&self.columns.inputs) {
            input.column = column.and_then(|column| header.get(column)).cloned();
        }
    }

    /// Counts the model's reference portfolio beside this one.
    pub(super) fn compare(&self, summary: &mut Summary) {
        let Some(path) = &self.request.reference else {
            return;
        };
        match reference(path, self.scorer, self.request) {
            Ok(reference) => summary.reference = Some(reference),
            // Today's portfolio is not to wait for another file.
            Err(error) => summary.remarks.push(format!(
                "No se ha podido comparar con la cartera de referencia ({}): {}",
                path.display(),
                error.problem(Language::Spanish)
            )),
        }
    }

    /// Adds what the reader should know besides the numbers.
    pub(super) fn remark(&self, summary: &mut Summary) {
        if let Some(suppression) = &self.suppression {
            let count = suppression.count();
            summary.suppression = Some(count);
            summary.remarks.extend(suppression.remarks.iter().cloned());
            summary.remarks.extend(unmatched(count));
        }
        if summary.amount_column.is_none() {
            let remark = "No se conoce la deuda: no hay columna de importe, y la recuperación esperada queda vacía.";
            summary.remarks.push(remark.to_owned());
        }
    }
}

/// Tells of rows that hold the sums of others. Gives at most one sentence.
pub(super) fn total_rows(rows: &[u64], names: &RowNames) -> Option<String> {
    let listed: Vec<String> = rows.iter().take(5).map(|row| names.name(*row)).collect();
    match listed.len() {
        0 => None,
        1 => Some(format!(
            "La fila {} es de totales: no es un cliente y no se ha puntuado.",
            listed[0]
        )),
        _ => Some(format!(
            "{} filas son de totales ({}{}): no son clientes y no se han puntuado.",
            rows.len(),
            listed.join(", "),
            if rows.len() > listed.len() { "…" } else { "" }
        )),
    }
}

/// Tells of clients that have several rows. Gives at most one sentence.
pub(super) fn repeated(rows: u64) -> Option<String> {
    let rows = (rows > 0).then(|| grouped(rows))?;
    Some(format!(
        "{rows} filas son de clientes que ya tienen otra: cada cliente tiene un solo puesto, el de su mejor fila, y las demás van al final sin rango."
    ))
}

/// Tells of ids that a spreadsheet has rounded. Gives at most one sentence.
pub(super) fn rounded_ids(rows: u64) -> Option<String> {
    let rows = (rows > 0).then(|| grouped(rows))?;
    Some(format!(
        "{rows} identificadores son números de más de 15 cifras, que Excel redondea: pida esa columna como texto."
    ))
}

/// Tells of the suppression list's ids that are not in the portfolio. Gives at most one sentence.
fn unmatched(count: SuppressionCount) -> Option<String> {
    let SuppressionCount {
        listed,
        found,
        written_otherwise,
    } = count;
    if written_otherwise > 0 {
        return Some(format!(
            "De los {} identificadores de la lista de exclusión, {} están en la cartera escritos de otra forma (ceros, espacios, mayúsculas) y NO se han excluido.",
            grouped(listed),
            grouped(written_otherwise)
        ));
    }
    let missing = listed - found;
    (missing > 0).then(|| {
        format!(
            "De los {} identificadores de la lista de exclusión, {} no están en la cartera.",
            grouped(listed),
            grouped(missing)
        )
    })
}

/// Finds columns that could be taken for another that is an input's. Each has a sentence.
fn lookalikes(contract: &Contract, columns: &Columns, header: &[String]) -> Vec<String> {
    let names = Header::new(header);
    let is_used = |at: &usize| columns.inputs.contains(&Some(*at)) || columns.id == Some(*at);
    let inputs = columns.of_inputs(contract);
    let used = inputs.filter_map(|(input, column)| Some((input, column?)));
    let alike = used.flat_map(|(input, column)| {
        let others = names.lookalikes(column).filter(|other| !is_used(other));
        others.map(move |other| (input.name(), &header[column], &header[other]))
    });
    let remark = |(input, column, other): (&str, &String, &String)| {
        format!(
            "{input} se lee de la columna «{column}»; «{other}», que se llama casi igual, no se usa."
        )
    };
    alike.map(remark).collect()
}

/// Counts the model's reference portfolio.
fn reference(
    path: &Path,
    scorer: &Scorer,
    request: &PortfolioRequest,
) -> Result<Reference, PortfolioError> {
    let contract = scorer.contract();
    let matcher = ColumnMatcher::of_contract(contract);
    let mut source = source::open(Some(path), &Reading::default(), &matcher)?;
    let columns = matcher.bind(source.header())?;
    let decimals = source.decimals();
    let pass = FirstPass::counting(scorer, &columns, &decimals, Keep::Nothing);
    let benches = in_order(&pass, request.threads, || source.next(), |_| Ok(()))?;
    let mut summary = Summary::default();
    Count::sum(benches.into_iter().map(|bench| bench.count)).write(&mut summary);
    Ok(Reference {
        rows: summary.scored.rows,
        inputs: summary.inputs,
    })
}
