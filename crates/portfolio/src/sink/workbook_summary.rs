//! The sheet `Resumen` of a workbook.

use propenso_scoring::statistics::Deciles;
use rust_xlsxwriter::{Format, FormatAlign, Worksheet, XlsxError};

use super::workbook_look::print_on_paper;
use crate::money::Money;
use crate::summary::{Group, Summary, Total};

/// Rejections that are listed.
const MOST_REJECTIONS: usize = 20;

/// Writes what a run came to.
pub(super) fn write(sheet: &mut Worksheet, summary: &Summary) -> Result<(), XlsxError> {
    let mut page = Page {
        sheet,
        row: 0,
        title: Format::new().set_bold().set_font_size(14),
        heading: heading(),
        heading_of_numbers: heading().set_align(FormatAlign::Right),
        euros: Format::new().set_num_format("#,##0.00 \"€\""),
        count: Format::new().set_num_format("#,##0"),
        share: Format::new().set_num_format("0.0%"),
    };
    print_on_paper(page.sheet).set_name("Resumen")?;
    page.sheet.set_column_width(0, 36)?;
    for column in 1..8 {
        page.sheet.set_column_width(column, 24)?;
    }
    page.head(summary)?;
    page.totals(summary)?;
    page.groups(
        "Decil del día (1 = llamar primero)",
        &summary.deciles,
        |at| (at + 1).to_string(),
    )?;
    if let Some(bands) = &summary.bands {
        page.groups("Banda del modelo", bands, |at| {
            Deciles::BANDS[at].to_owned()
        })?;
    }
    page.inputs(summary)?;
    page.rejections(summary)
}

fn heading() -> Format {
    Format::new().set_bold().set_background_color("#E7ECF3")
}

/// A sheet that is written from top to bottom.
struct Page<'s> {
    sheet: &'s mut Worksheet,
    row: u32,
    title: Format,
    heading: Format,
    heading_of_numbers: Format,
    euros: Format,
    count: Format,
    share: Format,
}

/// A value in a cell.
enum Cell {
    Text(String),
    Count(u64),
    Euros(Money),
    Probability(Option<f64>),
}

impl Page<'_> {
    fn head(&mut self, summary: &Summary) -> Result<(), XlsxError> {
        self.sheet
            .write_string_with_format(0, 0, "Resumen de la cartera", &self.title)?;
        self.row = 1;
        for (name, text) in [
            ("Archivo", &summary.file),
            ("Fecha", &summary.when()),
            ("Modelo", &summary.model),
            ("Contrato", &summary.contract),
        ] {
            self.line(&[Cell::Text(name.to_owned()), Cell::Text(text.clone())])?;
        }
        for remark in &summary.remarks {
            self.line(&[Cell::Text(remark.clone())])?;
        }
        Ok(())
    }

    fn totals(&mut self, summary: &Summary) -> Result<(), XlsxError> {
        self.headings(&["Clientes", "Filas", "Deuda"])?;
        let mut line = |name: &str, total: Total| {
            self.line(&[
                Cell::Text(name.to_owned()),
                Cell::Count(total.rows),
                Cell::Euros(total.debt),
            ])
        };
        line("Leídos", summary.read)?;
        line("Puntuados", summary.scored)?;
        line("Rechazados", summary.rejected)?;
        line("Excluidos por la lista", summary.suppressed)?;
        line("Grupo de control", summary.control)?;
        if summary.capacity.is_some() {
            line("Caben en la capacidad", summary.fits)?;
        }
        if let Some(left_out) = summary.left_out {
            line("No caben, y no están en la lista", left_out)?;
        }
        let sentence = match summary.is_reconciled() {
            true => "Cuadra: leídos = puntuados + rechazados",
            false => "NO CUADRA: leídos ≠ puntuados + rechazados",
        };
        self.line(&[Cell::Text(sentence.to_owned())])
    }

    fn groups(
        &mut self,
        name: &str,
        groups: &[Group],
        label: impl Fn(usize) -> String,
    ) -> Result<(), XlsxError> {
        // By what they are ordered by.
        let by_amount = groups.iter().any(|group| group.amounts.is_some());
        let (least, most) = match by_amount {
            true => ("Importe mínimo", "Importe máximo"),
            false => ("Prob. mínima", "Prob. máxima"),
        };
        self.headings(&[
            name,
            "Clientes",
            "Pagadores previstos",
            "Deuda",
            "Recuperación esperada",
            "Prob. media",
            least,
            most,
        ])?;
        for (at, group) in groups.iter().enumerate() {
            let known =
                |probability: f64| Cell::Probability((group.rows > 0).then_some(probability));
            self.line(&[
                Cell::Text(label(at)),
                Cell::Count(group.rows),
                Cell::Count(group.payers),
                Cell::Euros(group.debt),
                Cell::Euros(group.expected),
                Cell::Probability(group.mean_probability()),
                match (by_amount, group.amounts) {
                    (true, Some((least, _))) => Cell::Euros(least),
                    (true, None) => Cell::Probability(None),
                    (false, _) => known(group.lowest),
                },
                match (by_amount, group.amounts) {
                    (true, Some((_, most))) => Cell::Euros(most),
                    (true, None) => Cell::Probability(None),
                    (false, _) => known(group.highest),
                },
            ])?;
        }
        Ok(())
    }

    fn inputs(&mut self, summary: &Summary) -> Result<(), XlsxError> {
        self.headings(&[
            "Dato",
            "Columna",
            "Faltan",
            "Desconocidos",
            "Fuera de límites",
            "Dudosos",
            "Rechazados",
        ])?;
        for input in &summary.inputs {
            self.line(&[
                Cell::Text(input.input.clone()),
                Cell::Text(
                    input
                        .column
                        .clone()
                        .unwrap_or_else(|| "(no está)".to_owned()),
                ),
                Cell::Count(input.missing),
                Cell::Count(input.unseen),
                Cell::Count(input.clipped),
                Cell::Count(input.ambiguous),
                Cell::Count(input.rejected),
            ])?;
        }
        Ok(())
    }

    fn rejections(&mut self, summary: &Summary) -> Result<(), XlsxError> {
        if summary.rejections.is_empty() {
            return Ok(());
        }
        self.headings(&["Motivo de rechazo", "Campo", "Filas"])?;
        for rejection in summary.rejections.iter().take(MOST_REJECTIONS) {
            self.line(&[
                Cell::Text(rejection.reason.clone()),
                Cell::Text(rejection.input.clone()),
                Cell::Count(rejection.rows),
            ])?;
        }
        Ok(())
    }

    /// Writes a row of headings, a blank row below what came before.
    fn headings(&mut self, names: &[&str]) -> Result<(), XlsxError> {
        self.row += 1;
        for (column, name) in (0..).zip(names) {
            let format = match (column, *name) {
                (0, _) | (_, "Columna" | "Campo") => &self.heading,
                _ => &self.heading_of_numbers,
            };
            self.sheet
                .write_string_with_format(self.row, column, *name, format)?;
        }
        self.row += 1;
        Ok(())
    }

    fn line(&mut self, cells: &[Cell]) -> Result<(), XlsxError> {
        for (column, cell) in (0..).zip(cells) {
            match cell {
                Cell::Text(text) => self.sheet.write_string(self.row, column, text)?,
                // Far below 2^53.
                Cell::Count(count) => self.sheet.write_number_with_format(
                    self.row,
                    column,
                    *count as f64,
                    &self.count,
                )?,
                Cell::Euros(money) => self.sheet.write_number_with_format(
                    self.row,
                    column,
                    money.euros(),
                    &self.euros,
                )?,
                Cell::Probability(Some(probability)) => self.sheet.write_number_with_format(
                    self.row,
                    column,
                    *probability,
                    &self.share,
                )?,
                Cell::Probability(None) => continue,
            };
        }
        self.row += 1;
        Ok(())
    }
}
