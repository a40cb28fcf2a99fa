//! What is asked of a job's run.

use std::path::Path;

use propenso_portfolio::{Format, PortfolioRequest};

use propenso_portfolio::options::{OptionError, RunOptions};

/// What an input is called in its job's folder: its form is told by its content.
pub(crate) const INPUT: &str = "input";

/// The report's name in a job's folder, a text in Spanish.
pub(crate) const REPORT: &str = "informe.txt";

/// The suppression list's name in a job's folder.
pub(crate) const SUPPRESSION: &str = "suppress";

/// The summary page's name in a job's folder.
pub(crate) const SUMMARY: &str = "resumen.html";

/// Gives what is asked of a run in a job's folder. Its list is one file.
///
/// # Errors
///
/// [`OptionError`], which names the option and says what it may be.
pub(crate) fn request(
    options: &RunOptions,
    folder: &Path,
    input: &str,
) -> Result<PortfolioRequest, OptionError> {
    let mut request = options.ask(PortfolioRequest::new(Some(folder.join(input)), None))?;
    let format = request.writing.format.unwrap_or(Format::Csv);
    request.output = Some(folder.join(format!("salida.{}", format.name())));
    request.page = Some(folder.join(SUMMARY));
    request.split = None;
    let sent = folder.join(SUPPRESSION);
    if sent.exists() {
        request.suppress = Some(sent);
    }
    Ok(request)
}

#[cfg(test)]
mod tests {
    use propenso_portfolio::{ListOrder, RankBy, RankDirection};

    use super::*;

    fn asked(options: &[(&str, &str)]) -> Result<PortfolioRequest, String> {
        let mut all = RunOptions::default();
        for (name, value) in options {
            let pushed = all.push(name, (*value).to_owned());
            pushed.map_err(|error| error.to_string())?;
        }
        let request = super::request(&all, Path::new("x"), "input.csv");
        request.map_err(|error| error.to_string())
    }

    #[test]
    fn the_commands_options_by_the_commands_rules() {
        let request = asked(&[
            ("rank_by", "expected"),
            ("map", "-Cód=CODIGO_POSTAL"),
            ("map", "Edad=EDAD"),
            ("capacity", "2.500"),
            ("order", "file"),
            ("only_fits", "yes"),
            ("rank_direction", "last"),
            ("columns_first", "no"),
            ("control_share", "5%"),
            ("seed_key", "-noviembre"),
            ("output_format", "jsonl"),
        ]);
        let request = request.unwrap();
        assert_eq!(request.rank_by, RankBy::Expected);
        assert_eq!(request.capacity, Some(2_500));
        assert_eq!(request.order, ListOrder::File);
        assert_eq!(request.rank_direction, RankDirection::Last);
        assert!(request.only_fits && request.writing.columns_first == Some(false));
        assert_eq!(request.mapping[0].column, "-Cód");
        assert_eq!(request.mapping.len(), 2);
        assert_eq!(request.control.unwrap().share, 0.05);
        assert_eq!(request.input.unwrap(), Path::new("x/input.csv"));
        assert_eq!(request.output.unwrap(), Path::new("x/salida.jsonl"));
        assert_eq!(request.suppress, None);
    }

    #[test]
    fn what_cannot_be_names_the_option_and_what_is_accepted() {
        for (options, named, accepted) in [
            (&[("output", "/etc/passwd")][..], "`output`", "rank_by"),
            (&[("resumen", "x")], "`resumen`", "seed_key"),
            (&[("threads", "2")], "`threads`", "no field"),
            (&[("capacity", "many")], "`capacity`", "whole number"),
            (&[("rank_by", "luck")], "`rank_by`", "probability, expected"),
            (&[("capacity", "2.4")], "`capacity`", "2.400"),
            (&[("only_fits", "si")], "`only_fits`", "yes or no"),
            (&[("only_fits", "yes")], "`only_fits`", "`capacity`"),
            (&[("suppress", "/etc/passwd")], "`suppress`", "rank_by"),
            (&[("split", "500")], "`split`", "rank_by"),
            (&[("order", "luck")], "`order`", "rank, file"),
            (&[("input_format", "pdf")], "`input_format`", "parquet"),
            (&[("separator", "x")], "`separator`", "; , | tab"),
            (&[("decimal", "x")], "`decimal`", "comma"),
            (&[("explain", "17")], "`explain`", "from 1 to 16"),
            (&[("header_row", "0")], "`header_row`", "from 1"),
            (&[("fee", "2")], "`fee`", "0 to 1"),
            (&[("map", "x")], "`map`", "COLUMN=INPUT"),
            (&[("sheet", "a"), ("sheet", "b")], "`sheet`", "once"),
            (&[("seed_key", "x")], "`seed_key`", "control_share"),
            (&[("rank_by", "net")], "rank-by", "--fee"),
        ] {
            let error = asked(options).unwrap_err();
            assert!(
                error.contains(named) && error.contains(accepted),
                "{options:?}: {error}"
            );
        }
    }
}
