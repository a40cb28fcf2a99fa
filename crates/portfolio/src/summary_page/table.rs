//! The page's tables.

use super::escape;

/// A table that is filled row by row.
pub(super) struct Table {
    headings: Vec<String>,
    rows: String,
}

/// A cell.
pub(super) enum Cell {
    /// What the row is about.
    Name(String),
    Text(String),
    Figure(String),
    /// None of what is counted: not worth a line where there is little room.
    Nothing,
    /// A figure with a bar below it, of this share of the cell's width.
    Bar(String, f64),
    /// A figure with what it was before below it.
    Compared {
        figure: String,
        before: String,
        is_notable: bool,
    },
}

impl Table {
    pub(super) fn new<const N: usize>(headings: [&str; N]) -> Self {
        Self {
            headings: headings.map(str::to_owned).into(),
            rows: String::new(),
        }
    }

    /// Adds a column.
    pub(super) fn heading(&mut self, name: &str) {
        self.headings.push(name.to_owned());
    }

    pub(super) fn push(&mut self, row: Vec<Cell>) {
        let cells = row.into_iter().zip(&self.headings);
        let cells: String = cells.map(|(cell, heading)| cell.html(heading)).collect();
        self.rows.push_str(&format!("<tr>{cells}</tr>\n"));
    }

    /// Gives the table's HTML. Where the page is narrow each row is a list, and each cell says what it is.
    pub(super) fn html(&self) -> String {
        let heading = |name: &String| {
            // Over the columns of texts.
            let class = if matches!(name.as_str(), "Columna" | "Campo") {
                " class=\"text\""
            } else {
                ""
            };
            format!("<th scope=\"col\"{class}>{}</th>", escape(name))
        };
        let headings: String = self.headings.iter().map(heading).collect();
        format!(
            "<div class=\"table\" tabindex=\"0\"><table><thead><tr>{headings}</tr></thead>\n<tbody>\n{}</tbody></table></div>\n",
            self.rows
        )
    }
}

impl Cell {
    fn html(self, heading: &str) -> String {
        let label = format!(" data-label=\"{}\"", escape(heading));
        match self {
            Self::Name(name) => format!("<th scope=\"row\"{label}>{}</th>", escape(&name)),
            Self::Text(text) => format!("<td class=\"text\"{label}>{}</td>", escape(&text)),
            Self::Figure(figure) => format!("<td{label}>{}</td>", escape(&figure)),
            Self::Nothing => format!("<td class=\"nothing\"{label}>0</td>"),
            Self::Bar(figure, share) => {
                let width = (share.clamp(0.0, 1.0) * 100.0).round();
                format!(
                    "<td class=\"bar\"{label}>{}<span><i style=\"width:{width}%\"></i></span></td>",
                    escape(&figure)
                )
            }
            Self::Compared {
                figure,
                before,
                is_notable,
            } => {
                let class = if is_notable { " class=\"notable\"" } else { "" };
                format!(
                    "<td{class}{label}>{}<small>ref. {}</small></td>",
                    escape(&figure),
                    escape(&before)
                )
            }
        }
    }
}
