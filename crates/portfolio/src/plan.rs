//! What a run will write: the form of the file, its columns, and the files beside it.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use propenso_scoring::Contract;

use crate::columns::Columns;
use crate::error::PortfolioError;
use crate::finished::{AddedColumn, OriginalColumn, OutputColumns, Role};
use crate::output_name::OutputName;
use crate::request::{Decimal, Encoding, Format, ListOrder, PortfolioRequest, RankBy, Separator};
use crate::sink::text::Dialect;
use crate::source::Detected;

/// The files that a run will write.
#[derive(Debug)]
pub(crate) struct Plan {
    pub(crate) format: Format,
    pub(crate) dialect: Dialect,
    pub(crate) columns: OutputColumns,
    /// Where rejected rows go.
    pub(crate) rejected: PathBuf,
    /// Where suppressed rows go.
    pub(crate) suppressed: PathBuf,
    /// Where the suppression list's ids go that are not in the portfolio.
    pub(crate) unmatched: PathBuf,
}

impl Plan {
    /// # Errors
    ///
    /// [`PortfolioError::Request`] for requests that contradict themselves or the file.
    pub(crate) fn new(
        request: &PortfolioRequest,
        contract: &Contract,
        header: &[String],
        columns: &Columns,
        detected: &Detected,
    ) -> Result<Self, PortfolioError> {
        check(request, columns)?;
        let format = format(request)?;
        Ok(Self {
            format,
            dialect: dialect(request, detected),
            columns: OutputColumns {
                added_first: request
                    .writing
                    .columns_first
                    .unwrap_or(format == Format::Xlsx),
                ..output_columns(request, contract, header, columns)
            },
            rejected: beside(request, "rechazados"),
            suppressed: beside(request, "suprimidos"),
            unmatched: beside(request, "sin_encontrar"),
        })
    }
}

fn check(request: &PortfolioRequest, columns: &Columns) -> Result<(), PortfolioError> {
    let wrong = |spanish: &str, english: &str| Err(PortfolioError::request(spanish, english));
    let needs_debt = request.rank_by != RankBy::Probability;
    if needs_debt && columns.amount.is_none() {
        return wrong(
            "para ordenar por lo que se espera recuperar hay que conocer la deuda; nombre su columna con --amount-column",
            "to rank by what is expected, the debt must be known; name its column with --amount-column",
        );
    }
    if let RankBy::Net { fee, contact_cost } = request.rank_by {
        if !(0.0..=1.0).contains(&fee) {
            return wrong(
                "--fee es la parte de lo recuperado, de 0 a 1",
                "--fee is the share of what is recovered, from 0 to 1",
            );
        }
        if !(contact_cost.is_finite() && contact_cost >= 0.0) {
            return wrong(
                "--contact-cost es un importe en euros, 0 o más",
                "--contact-cost is an amount in euros, 0 or more",
            );
        }
    }
    if request.only_fits && request.capacity.is_none() {
        return wrong(
            "--only-fits necesita --capacity, que dice quién cabe",
            "--only-fits needs --capacity: it says who fits",
        );
    }
    if request.split.is_some() && request.output.is_none() {
        return wrong(
            "--split escribe varios archivos; nómbrelos con --output ARCHIVO",
            "--split writes several files; name them with --output FILE",
        );
    }
    if request.split.is_some() && request.order != ListOrder::Rank {
        return wrong(
            "--split corta la lista por orden de «rango»; quite --order file",
            "--split cuts the list in the order of `rango`; leave --order file out",
        );
    }
    if columns.id.is_none() && request.suppress.is_some() {
        return wrong(
            "para excluir clientes hay que conocer sus identificadores; nombre la columna con --id-column",
            "to leave clients out, their ids must be known; name their column with --id-column",
        );
    }
    if columns.id.is_none() && request.control.is_some() {
        return wrong(
            "el grupo de control se sortea por el identificador de cada cliente; nombre la columna con --id-column",
            "a control group is drawn by the clients' ids; name their column with --id-column",
        );
    }
    Ok(())
}

/// Chooses the form that was asked for, or that the file's name says; otherwise text.
///
/// # Errors
///
/// [`PortfolioError::Request`] for a name that no program would open with what is in the file.
pub(crate) fn format(request: &PortfolioRequest) -> Result<Format, PortfolioError> {
    let asked = request.writing.format;
    let Some(path) = &request.output else {
        return Ok(asked.unwrap_or(Format::Csv));
    };
    let wrong = |spanish: &str, english: &str| {
        let path = path.display();
        Err(PortfolioError::request(
            format!("{path}: {spanish}"),
            format!("{path}: {english}"),
        ))
    };
    let name = OutputName::new(path);
    let extension = name.extension();
    let named = match extension.as_str() {
        "csv" => Some(Format::Csv),
        "xlsx" => Some(Format::Xlsx),
        "parquet" | "pq" => Some(Format::Parquet),
        "jsonl" | "ndjson" => Some(Format::JsonLines),
        "json" if asked == Some(Format::JsonLines) => asked,
        "json" => {
            return wrong(
                "un objeto JSON por línea se escribe en .jsonl; llame así a la salida",
                "a JSON object a line is written to .jsonl; name the output so",
            );
        }
        "xls" | "xlsm" | "xlsb" | "ods" | "numbers" | "pdf" | "doc" | "docx" | "odt" | "html"
        | "zip" | "7z" | "rar" => {
            return wrong(
                &format!(
                    "no se escriben archivos .{extension}; llame a la salida .csv, .xlsx, .parquet o .jsonl, y el texto también .csv.gz o .csv.zst"
                ),
                &format!(
                    "a .{extension} file is not written; name the output .csv, .xlsx, .parquet or .jsonl, text also .csv.gz or .csv.zst"
                ),
            );
        }
        _ => None,
    };
    let format = asked.or(named).unwrap_or(Format::Csv);
    if let Some(named) = named.filter(|named| *named != format) {
        let (named, format) = (named.name(), format.name());
        return wrong(
            &format!(
                "su nombre es de un archivo .{named} y --output-format {format} es otra cosa; cambie uno de los dos"
            ),
            &format!(
                "its name is that of a .{named} file, and --output-format {format} is another; change one of them"
            ),
        );
    }
    if name.is_packed() && matches!(format, Format::Xlsx | Format::Parquet) {
        return wrong(
            "los libros de Excel y los archivos Parquet ya van comprimidos por dentro; quite .gz o .zst del nombre",
            "workbooks and Parquet files are compressed inside; leave .gz or .zst out of the name",
        );
    }
    Ok(format)
}

/// Chooses a text file's own dialect, or for other files the one that a Spanish Excel opens.
fn dialect(request: &PortfolioRequest, detected: &Detected) -> Dialect {
    let excel = Dialect::SPANISH_EXCEL;
    let of_text = detected.separator.is_some();
    let separator = detected.separator.unwrap_or(excel.separator);
    // Without a decimal number in the file, its separator says what its readers expect.
    let expected = match separator {
        Separator::Semicolon => Decimal::Comma,
        Separator::Comma | Separator::Tab | Separator::Pipe => Decimal::Point,
    };
    let writing = &request.writing;
    Dialect {
        separator: writing.separator.unwrap_or(separator),
        decimal: writing.decimal.or(detected.decimal).unwrap_or(if of_text {
            expected
        } else {
            excel.decimal
        }),
        encoding: writing
            .encoding
            .or(detected.encoding)
            .unwrap_or(match of_text {
                true => Encoding::Utf8,
                false => excel.encoding,
            }),
        crlf: detected.crlf.unwrap_or(excel.crlf),
    }
}

fn output_columns(
    request: &PortfolioRequest,
    contract: &Contract,
    header: &[String],
    columns: &Columns,
) -> OutputColumns {
    let is_number = |at: usize| {
        let mut inputs = columns
            .of_inputs(contract)
            .filter(|(input, column)| input.is_number() && *column == Some(at));
        columns.id != Some(at) && (columns.amount == Some(at) || inputs.next().is_some())
    };
    let original = header.iter().enumerate().map(|(at, name)| OriginalColumn {
        name: name.clone(),
        is_number: is_number(at),
        is_id: columns.id == Some(at),
    });
    let mut names: Vec<String> = header.to_vec();
    let added = roles(request).into_iter().map(|role| {
        let name = unused(&role.name(), &names);
        names.push(name.clone());
        AddedColumn { name, role }
    });
    OutputColumns {
        added: added.collect(),
        original: original.collect(),
        added_first: false,
    }
}

/// The added columns, in their order.
fn roles(request: &PortfolioRequest) -> Vec<Role> {
    let mut roles = vec![
        Role::Probability,
        Role::Class,
        Role::Label,
        Role::Decile,
        Role::Band,
        Role::Rank,
        Role::Expected,
    ];
    if let RankBy::Net { .. } = request.rank_by {
        roles.push(Role::Net);
    }
    if request.control.is_some() {
        roles.push(Role::Group);
    }
    if request.capacity.is_some() {
        roles.push(Role::Fits);
    }
    roles.push(Role::Notes);
    let n_reasons = request.explain.map_or(0, std::num::NonZeroUsize::get);
    roles.extend((1..=n_reasons).map(Role::Reason));
    roles
}

/// Finds a name that no column has: this one, or this one with a number behind it.
fn unused(name: &str, names: &[String]) -> String {
    let is_used = |name: &str| names.iter().any(|used| used.eq_ignore_ascii_case(name));
    let mut candidates =
        std::iter::once(name.to_owned()).chain((2..).map(|number| format!("{name}_{number}")));
    candidates.find(|name| !is_used(name)).unwrap_or_default()
}

/// The output's name with a word in it: `salida.csv.rechazados.csv`. Beside standard output it is the input's.
fn beside(request: &PortfolioRequest, word: &str) -> PathBuf {
    let mut name = match (&request.output, &request.input) {
        (Some(output), _) => output.as_os_str().to_owned(),
        (None, Some(input)) => Path::new(input.file_name().unwrap_or(OsStr::new("cartera")))
            .as_os_str()
            .to_owned(),
        (None, None) => "cartera".into(),
    };
    name.push(format!(".{word}.csv"));
    name.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_and_what_is_in_the_file_agree() {
        use Format::{Csv, JsonLines, Parquet, Xlsx};
        let format = |name: &str, asked: Option<Format>| {
            let mut request = PortfolioRequest::new(None, Some(name.into()));
            request.writing.format = asked;
            format(&request).map_err(|error| error.to_string())
        };
        for (name, asked, found) in [
            ("lista.csv", None, Csv),
            ("lista.CSV.GZ", None, Csv),
            ("lista.txt", None, Csv),
            ("lista", None, Csv),
            ("lista.XLSX", None, Xlsx),
            ("lista.pq", None, Parquet),
            ("lista.jsonl.zst", None, JsonLines),
            ("lista.dat", Some(Xlsx), Xlsx),
            ("lista.csv", Some(Csv), Csv),
            ("lista.json", Some(JsonLines), JsonLines),
        ] {
            assert_eq!(format(name, asked), Ok(found), "{name}");
        }
        for (name, asked, told) in [
            ("lista.xls", None, ".xlsx"),
            ("lista.xls", Some(Xlsx), ".xlsx"),
            ("lista.ODS", None, ".csv"),
            ("lista.pdf", None, ".csv"),
            ("lista.docx", Some(Csv), ".csv"),
            ("lista.zip", None, ".csv.gz"),
            ("lista.json", None, ".jsonl"),
            ("lista.xlsx", Some(Csv), "--output-format csv"),
            ("lista.csv", Some(Xlsx), "--output-format xlsx"),
            ("lista.xlsx.gz", None, ".gz"),
        ] {
            let error = format(name, asked).unwrap_err();
            assert!(error.starts_with(name) && error.contains(told), "{error}");
        }
    }
}
