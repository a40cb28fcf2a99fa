//! What is wrong with a workbook, and what to do.

use std::fmt::Display;
use std::path::Path;

use super::book::SheetError;
use crate::error::PortfolioError;

/// The reader broke on a damaged sheet.
pub(super) fn not_to_the_end(path: &Path) -> PortfolioError {
    PortfolioError::unreadable(
        path,
        (
            "su hoja no se ha podido leer hasta el final; guárdelo otra vez en Excel",
            "its sheet could not be read to the end; save it again in Excel",
        ),
    )
}

/// There are several sheets, and it is not clear which one is meant.
pub(super) fn not_clear(path: &Path, sheets: Vec<String>) -> PortfolioError {
    PortfolioError::UnclearSheets {
        path: path.to_owned(),
        sheets,
    }
}

pub(super) fn no_sheet(path: &Path, names: &str) -> PortfolioError {
    let problem = (
        format!("no tiene ninguna hoja con ese nombre; sus hojas son {names}"),
        format!("it has no sheet of that name; its sheets are {names}"),
    );
    PortfolioError::unreadable(path, problem)
}

pub(super) fn no_header(path: &Path) -> PortfolioError {
    let problem = (
        "no tiene ninguna fila con los nombres de las columnas; --sheet y --header-row dicen dónde está",
        "it has no row with the columns' names; --sheet and --header-row say where it is",
    );
    PortfolioError::unreadable(path, problem)
}

pub(super) fn cannot_open(path: &Path, error: &dyn Display) -> PortfolioError {
    PortfolioError::unreadable(
        path,
        (
            format!(
                "no es un libro que se pueda leer ({error}); ábralo en Excel y guárdelo como .xlsx sin contraseña"
            ),
            format!(
                "it is no workbook that can be read ({error}); open it in Excel and save it as .xlsx without a password"
            ),
        ),
    )
}

pub(super) fn cannot_read(path: &Path, sheet: &str, error: &SheetError) -> PortfolioError {
    if let SheetError::NotCalculated(row) = error {
        return not_calculated(path, sheet, row + 1);
    }
    PortfolioError::unreadable(
        path,
        (
            format!(
                "su hoja {sheet} no se puede leer ({error}); ábralo en Excel y guárdelo como .xlsx"
            ),
            format!(
                "its sheet {sheet} cannot be read ({error}); open it in Excel and save it as .xlsx"
            ),
        ),
    )
}

fn not_calculated(path: &Path, sheet: &str, row: u32) -> PortfolioError {
    PortfolioError::unreadable(
        path,
        (
            format!(
                "su hoja «{sheet}» tiene fórmulas que nadie ha calculado, la primera en la fila {row}; ábralo en Excel, guárdelo y vuelva a intentarlo"
            ),
            format!(
                "its sheet «{sheet}» has formulas that were never calculated, the first one in row {row}; open it in Excel, save it and try again"
            ),
        ),
    )
}

/// It opens with a password only.
pub(super) fn encrypted(path: &Path) -> PortfolioError {
    PortfolioError::unreadable(
        path,
        (
            "tiene contraseña; ábralo y guárdelo como .xlsx sin ella",
            "it has a password; open it and save it as .xlsx without one",
        ),
    )
}

/// It has no cells at all: a letter, a presentation.
pub(super) fn no_workbook(path: &Path) -> PortfolioError {
    PortfolioError::unreadable(
        path,
        (
            "es un documento de LibreOffice, de Word o de otro programa, y no una hoja de cálculo; pida la cartera en .xlsx o .csv",
            "it is a document of LibreOffice, Word or another program, and no spreadsheet; ask for the portfolio as .xlsx or .csv",
        ),
    )
}

/// It is older than the forms that are read.
pub(super) fn too_old(path: &Path) -> PortfolioError {
    PortfolioError::unreadable(
        path,
        (
            "es un libro de Excel 95 o anterior; ábralo y guárdelo como .xlsx",
            "it is a workbook of Excel 95 or before; open it and save it as .xlsx",
        ),
    )
}

pub(super) fn too_many_sheets(path: &Path) -> PortfolioError {
    PortfolioError::unreadable(
        path,
        (
            "tiene más hojas que ninguna cartera; guarde los clientes en un .xlsx aparte",
            "it has more sheets than any portfolio; save the clients to an .xlsx of their own",
        ),
    )
}
