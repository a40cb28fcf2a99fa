//! The histogram of probabilities, drawn as SVG.

use crate::money::grouped;

/// The drawing's size, in its own units.
const WIDTH: f64 = 640.0;
const HEIGHT: f64 = 180.0;
/// Room for the labels below.
const BELOW: f64 = 22.0;
/// Room for the highest bar's number.
const ABOVE: f64 = 16.0;

/// Draws bars of equal width from 0 % to 100 %.
pub(super) fn histogram(bins: &[u64]) -> String {
    let most = bins.iter().copied().max().unwrap_or(0);
    if most == 0 {
        return "<p>No hay clientes puntuados.</p>\n".to_owned();
    }
    let step = WIDTH / bins.len() as f64;
    let room = HEIGHT - ABOVE - BELOW;
    let edge = |at: usize| (at * 100 / bins.len()).to_string();
    let bars: String = bins
        .iter()
        .enumerate()
        .map(|(at, count)| {
            let height = *count as f64 / most as f64 * room;
            format!(
                "<rect x=\"{:.1}\" y=\"{:.1}\" width=\"{:.1}\" height=\"{height:.1}\"><title>{} – {} %: {} clientes</title></rect>\n",
                at as f64 * step + 1.0,
                HEIGHT - BELOW - height,
                step - 2.0,
                edge(at),
                edge(at + 1),
                grouped(*count),
            )
        })
        .collect();
    let labels: String = [0u8, 25, 50, 75, 100]
        .into_iter()
        .map(|percent| {
            let anchor = match percent {
                0 => "start",
                100 => "end",
                _ => "middle",
            };
            let x = f64::from(percent) / 100.0 * WIDTH;
            format!(
                "<text x=\"{x}\" y=\"{}\" text-anchor=\"{anchor}\">{percent} %</text>",
                HEIGHT - 5.0
            )
        })
        .collect();
    let highest = bins.iter().position(|count| *count == most).unwrap_or(0);
    let anchor = if highest * 2 < bins.len() {
        "start"
    } else {
        "end"
    };
    let x = (highest as f64 + if anchor == "start" { 0.0 } else { 1.0 }) * step;
    format!(
        "<svg viewBox=\"0 0 {WIDTH} {HEIGHT}\" role=\"img\" aria-label=\"Clientes por probabilidad de pago, de 0 a 100 %\">\n\
         {bars}<line x1=\"0\" x2=\"{WIDTH}\" y1=\"{base}\" y2=\"{base}\"/>\n\
         <text x=\"{x:.1}\" y=\"11\" text-anchor=\"{anchor}\">{} clientes</text>\n{labels}\n</svg>\n",
        grouped(most),
        base = HEIGHT - BELOW,
    )
}
