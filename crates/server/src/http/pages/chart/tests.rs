use askama::Template;
use insta::assert_snapshot;
use jiff::Timestamp;
use jiff::civil::date;
use propenso_scoring::Language;

use super::*;

fn text(chart: &Chart) -> String {
    chart.render().unwrap()
}

fn curve(label: &str, points: &[(f64, f64)]) -> Curve {
    let points = points.iter().map(|(x, y)| Point {
        x: *x,
        y: *y,
        interval: None,
    });
    Curve {
        label: label.to_owned(),
        points: points.collect(),
    }
}

fn share(label: &str) -> Axis {
    Axis {
        label: label.to_owned(),
        unit: Unit::Percent,
    }
}

#[test]
fn two_curves() {
    let curves = Curves {
        title: "A cuántos de los que pagan se llega".to_owned(),
        x: share("Clientes llamados"),
        y: share("Pagadores a los que se llega"),
        curves: vec![
            curve("Versión 4", &[(0.0, 0.0), (0.2, 0.625), (1.0, 1.0)]),
            curve(
                "Versión 3, en servicio",
                &[(0.0, 0.0), (0.5, 0.7), (1.0, 1.0)],
            ),
        ],
        diagonal: Some("Al azar".to_owned()),
    };
    assert_snapshot!(text(&curves.chart(Language::Spanish)));
}

#[test]
fn a_curve_with_intervals() {
    let points = [(0.1, 0.12, (0.08, 0.17)), (0.6, 0.4, (0.2, 0.7))];
    let points = points.map(|(x, y, interval)| Point {
        x,
        y,
        interval: Some(interval),
    });
    let curves = Curves {
        title: "Calibration".to_owned(),
        x: share("Said"),
        y: share("Paid"),
        curves: vec![Curve {
            label: "Version 4".to_owned(),
            points: points.to_vec(),
        }],
        diagonal: None,
    };
    assert_snapshot!(text(&curves.chart(Language::English)));
}

#[test]
fn columns_with_a_rule() {
    let column = |(label, value): (&str, f64)| Column {
        label: label.to_owned(),
        values: vec![value],
    };
    let columns = Columns {
        title: "Clientes por probabilidad".to_owned(),
        of: "Probabilidad".to_owned(),
        value: "Clientes".to_owned(),
        unit: Unit::Count,
        series: Vec::new(),
        columns: [("0 %", 1_900.0), ("25 %", 4_100.0), ("50 %", 0.0)]
            .map(column)
            .into(),
        rule: Some(Rule {
            label: "Media".to_owned(),
            value: 2_000.0,
        }),
    };
    assert_snapshot!(text(&columns.chart(Language::Spanish)));
}

#[test]
fn bars_to_both_sides() {
    let bar = |label: &str, value: f64, tone| Bar {
        label: label.to_owned(),
        value,
        text: figure::number(value, 1, Language::Spanish),
        tone,
        mark: (value > 0.0).then(|| (2.0, "2,0".to_owned())),
    };
    let bars = Bars {
        title: "Motivos".to_owned(),
        of: "Dato".to_owned(),
        value: "Puntos".to_owned(),
        bars: vec![
            bar("Sin fecha BPI", 7.04, Tone::Good),
            bar(
                "<script>alert(1)</script> y un nombre que no cabe en la línea de ninguna manera",
                -17.5,
                Tone::Bad,
            ),
        ],
        mark: Some("Por azar".to_owned()),
        tones: vec![
            (Tone::Good, "Sube".to_owned()),
            (Tone::Bad, "Baja".to_owned()),
        ],
    };
    let text = text(&bars.chart(Language::Spanish));
    assert!(!text.contains("<script>"), "{text}");
    assert_snapshot!(text);
}

#[test]
fn days_of_two_series() {
    let days = Days {
        title: "Lo que se contestó".to_owned(),
        value: "Respuestas".to_owned(),
        unit: Unit::Count,
        days: vec![date(2026, 11, 20), date(2026, 11, 21), date(2026, 11, 26)],
        series: vec![
            Series {
                label: "Paga".to_owned(),
                values: vec![Some(1_200.0), None, Some(900.0)],
            },
            Series {
                label: "No paga".to_owned(),
                values: vec![Some(300.0), Some(350.0), Some(0.0)],
            },
        ],
    };
    assert_snapshot!(text(&days.chart(Language::Spanish)));
}

#[test]
fn a_heat_map() {
    let labels = || vec!["1".to_owned(), "2".to_owned()];
    let map = HeatMap {
        title: "Quién cambia de décimo".to_owned(),
        down: "Décimo de antes".to_owned(),
        across: "Décimo de ahora".to_owned(),
        row_labels: labels(),
        column_labels: labels(),
        counts: vec![vec![1_234, 7], vec![0, 98_765_432]],
    };
    assert_snapshot!(text(&map.chart(Language::Spanish)));
}

#[test]
fn spans_of_time() {
    let at = |day: i64| Timestamp::from_second(1_795_000_000 + day * 86_400).unwrap();
    let span = |number: u32, from, until| Span {
        label: format!("Versión {number}"),
        short: format!("v{number}"),
        from: at(from),
        until: (until < 200).then(|| at(until)),
    };
    let spans = Spans {
        title: "Qué versión contestaba".to_owned(),
        of: "Versión".to_owned(),
        spans: vec![
            span(1, 0, 1),
            span(2, 1, 2),
            span(1, 2, 90),
            span(3, 90, 200),
        ],
        now: at(200),
    };
    let text = text(&spans.chart(Language::Spanish));
    assert!(text.contains("<td class=\"number\">ahora</td>"), "{text}");
    assert_eq!(text.matches("<rect").count(), 5);
    assert_eq!(text.matches(">v1</text>").count(), 1);
}

#[test]
fn nothing_to_draw_is_drawn() {
    let days = Days {
        title: String::new(),
        value: String::new(),
        unit: Unit::Percent,
        days: Vec::new(),
        series: Vec::new(),
    };
    let columns = Columns {
        title: String::new(),
        of: String::new(),
        value: String::new(),
        unit: Unit::Number(2),
        series: Vec::new(),
        columns: Vec::new(),
        rule: None,
    };
    let bars = Bars {
        title: String::new(),
        of: String::new(),
        value: String::new(),
        bars: Vec::new(),
        mark: None,
        tones: Vec::new(),
    };
    let spans = Spans {
        title: String::new(),
        of: String::new(),
        spans: Vec::new(),
        now: Timestamp::UNIX_EPOCH,
    };
    let map = HeatMap {
        title: String::new(),
        down: String::new(),
        across: String::new(),
        row_labels: Vec::new(),
        column_labels: Vec::new(),
        counts: Vec::new(),
    };
    let language = Language::English;
    for chart in [
        days.chart(language),
        columns.chart(language),
        bars.chart(language),
        spans.chart(language),
        map.chart(language),
    ] {
        let text = text(&chart);
        assert!(!text.contains("NaN") && !text.contains("inf"), "{text}");
    }
}
