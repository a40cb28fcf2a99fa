//! What stands around charts.

use super::texts;

texts! {
    /// What stands around charts.
    ChartWords {
        figures: "Ver las cifras", "Show the figures";
        figures_of(title: &str): "Cifras: {title}", "Figures: {title}";
        line: "Línea", "Line";
        interval: "Intervalo del 95 %", "95% interval";
        day: "Día", "Day";
        from: "Desde", "From";
        until: "Hasta", "Until";
        now: "ahora", "now";
        no_data: "Sin datos", "No data";
    }
}
