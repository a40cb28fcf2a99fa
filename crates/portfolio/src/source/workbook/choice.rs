//! Which sheets of a workbook the clients are in.

use std::cmp::Reverse;

use propenso_scoring::plain_name;

use super::header::Header;

/// A sheet that has a row which could be a header.
pub(super) struct Candidate {
    /// Its place among the workbook's sheets.
    pub(super) sheet: usize,
    pub(super) name: String,
    pub(super) is_hidden: bool,
    pub(super) header: Header,
}

/// The sheets that are read, one after the other.
pub(super) struct Choice {
    pub(super) sheets: Vec<Candidate>,
    /// What the reader of the summary should know of the others. Each is a sentence in Spanish.
    pub(super) remarks: Vec<String>,
}

/// Sheets of which it is not clear which one is meant.
pub(super) struct Rivals(pub(super) Vec<String>);

impl Candidate {
    /// The names of its columns as people read them.
    fn columns(&self) -> Vec<String> {
        self.header
            .cells
            .iter()
            .map(|cell| plain_name(cell))
            .collect()
    }
}

/// Chooses the sheet that names most columns, and all that have the same ones. A hidden sheet is read only where no other
/// names any; none is left aside in silence that could be clients.
pub(super) fn choose(candidates: Vec<Candidate>) -> Result<Option<Choice>, Rivals> {
    let places = candidates.iter().enumerate();
    let best = places.max_by_key(|(at, candidate)| {
        let n_matched = candidate.header.n_matched;
        (n_matched > 0, !candidate.is_hidden, n_matched, Reverse(*at))
    });
    let Some((best, _)) = best else {
        return Ok(None);
    };
    // Of visible sheets that name fewer, a hidden one that names all is the one that is meant.
    let best = hidden_instead(&candidates, best);
    let columns = candidates[best].columns();
    let n_matched = candidates[best].header.n_matched;
    let (mut sheets, mut remarks, mut rivals) = (Vec::new(), Vec::new(), Vec::new());
    for (at, candidate) in candidates.into_iter().enumerate() {
        let name = &candidate.name;
        let is_same = candidate.columns() == columns;
        if at == best || (is_same && !candidate.is_hidden) {
            if candidate.is_hidden {
                remarks.push(format!(
                    "Se ha leído la hoja «{name}», que está oculta: es la que tiene las columnas."
                ));
            }
            sheets.push(candidate);
        } else if is_same {
            remarks.push(format!(
                "La hoja «{name}», que está oculta, tiene las mismas columnas y no se ha leído; si son clientes, muéstrela en Excel y guarde el libro."
            ));
        } else if n_matched > 0 && candidate.header.n_matched == n_matched {
            rivals.push(candidate.name);
        } else if n_matched > 0 && candidate.header.n_matched * 2 >= n_matched {
            let found = candidate.header.n_matched;
            remarks.push(format!(
                "La hoja «{name}» nombra {found} de las {n_matched} columnas y no se ha leído; si son clientes, indíquela con --sheet."
            ));
        } else if n_matched == 0 {
            remarks.push(format!(
                "La hoja «{name}» no se ha leído; si también hace falta, indíquela con --sheet."
            ));
        }
    }
    if rivals.is_empty() {
        return Ok(Some(Choice { sheets, remarks }));
    }
    rivals.extend(sheets.into_iter().map(|sheet| sheet.name));
    Err(Rivals(rivals))
}

/// Takes a hidden sheet in place of a visible one that names less than half of what it names.
fn hidden_instead(candidates: &[Candidate], best: usize) -> usize {
    let n_matched = candidates[best].header.n_matched;
    let hidden = candidates
        .iter()
        .enumerate()
        .filter(|(_, candidate)| candidate.is_hidden);
    let most = hidden.max_by_key(|(at, candidate)| (candidate.header.n_matched, Reverse(*at)));
    match most {
        Some((at, candidate)) if candidate.header.n_matched > 2 * n_matched => at,
        _ => best,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn candidate(name: &str, is_hidden: bool, columns: &[&str], n_matched: usize) -> Candidate {
        Candidate {
            sheet: 0,
            name: name.to_owned(),
            is_hidden,
            header: Header {
                row: 0,
                first_column: 0,
                cells: columns.iter().map(|name| (*name).to_owned()).collect(),
                n_matched,
                n_titles: 0,
                last_row: None,
            },
        }
    }

    fn read(candidates: Vec<Candidate>) -> (Vec<String>, usize) {
        let choice = choose(candidates).ok().flatten().unwrap();
        let names = choice.sheets.into_iter().map(|sheet| sheet.name).collect();
        (names, choice.remarks.len())
    }

    #[test]
    fn no_sheet_of_clients_is_left_aside_in_silence() {
        let (a, b, note) = (
            &["VPT", "EDAD"][..],
            &["edad", "vpt"][..],
            &["NOTA", "VPT"][..],
        );
        let names = |names: &[&str]| {
            names
                .iter()
                .map(|name| (*name).to_owned())
                .collect::<Vec<_>>()
        };
        let two = vec![
            candidate("Madrid", false, a, 2),
            candidate("Barcelona", false, &["Vpt", "Edad"], 2),
        ];
        assert_eq!(read(two), (names(&["Madrid", "Barcelona"]), 0));
        let summary = vec![
            candidate("Resumen", false, note, 1),
            candidate("Cartera", false, a, 3),
        ];
        assert_eq!(read(summary), (names(&["Cartera"]), 0));
        let hidden = vec![
            candidate("Vieja", true, a, 2),
            candidate("Nueva", false, a, 2),
        ];
        assert_eq!(read(hidden), (names(&["Nueva"]), 1));
        let only_hidden = vec![
            candidate("Portada", false, &["x"], 0),
            candidate("Datos", true, a, 2),
        ];
        assert_eq!(read(only_hidden), (names(&["Datos"]), 1));
        let other_order = vec![
            candidate("Madrid", false, a, 2),
            candidate("Barcelona", false, b, 2),
        ];
        assert!(choose(other_order).is_err());
        let list = vec![
            candidate("Lista", false, &["id"], 0),
            candidate("Notas", false, &["nota"], 0),
        ];
        assert_eq!(read(list), (names(&["Lista"]), 1));
        assert!(choose(Vec::new()).ok().unwrap().is_none());
    }
}
