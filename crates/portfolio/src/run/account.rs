//! What a summary says besides what is counted: the file, the model, the columns, and what the reader should know.

use std::path::Path;

use propenso_scoring::{Contract, Header, Language, Scorer};

use super::Run;
use crate::columns::{ColumnMatcher, Columns};
use crate::count::Count;
use crate::error::PortfolioError;
use crate::first_pass::{FirstPass, Keep};
use crate::in_order::in_order;
use crate::request::{PortfolioRequest, Reading};
use crate::source::{self, Source};
use crate::summary::{Reference, Summary, Total};

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
        let missing = contract.inputs().iter().zip(inputs);
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
        if self.request.suppress.is_some() && summary.suppressed.rows == 0 {
            let remark = "Ningún cliente de la lista de exclusión está en la cartera; compruebe que sus identificadores se \
                          escriben igual.";
            summary.remarks.push(remark.to_owned());
        }
        if summary.amount_column.is_none() {
            let remark = "No se conoce la deuda: no hay columna de importe, y la recuperación esperada queda vacía.";
            summary.remarks.push(remark.to_owned());
        }
    }
}

/// Finds columns that could be taken for another that is an input's. Each has a sentence.
fn lookalikes(contract: &Contract, columns: &Columns, header: &[String]) -> Vec<String> {
    let names = Header::new(header);
    let is_used = |at: &usize| columns.inputs.contains(&Some(*at)) || columns.id == Some(*at);
    let inputs = contract.inputs().iter().zip(&columns.inputs);
    let used = inputs.filter_map(|(input, column)| Some((input, (*column)?)));
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
    let pass = FirstPass::counting(scorer, &columns, source.detected().decimal, Keep::Nothing);
    let benches = in_order(&pass, request.threads, || source.next(), |_| Ok(()))?;
    let mut summary = Summary::default();
    Count::sum(benches.into_iter().map(|bench| bench.count)).write(&mut summary);
    Ok(Reference {
        rows: summary.scored.rows,
        inputs: summary.inputs,
    })
}
