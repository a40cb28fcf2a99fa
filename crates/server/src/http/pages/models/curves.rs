//! What is drawn of a version: on the reference portfolio, and on clients whose outcome is known.

use propenso_lifecycle::gates::drift::Drift;
use propenso_lifecycle::gates::holdout::{Curves as Kept, Holdout};
use propenso_lifecycle::gates::importance::Importance;
use propenso_lifecycle::registry::Version;
use propenso_scoring::Contract;

use crate::http::pages::chart::{
    Axis, Bar, Bars, Chart, Column, Columns, Curve, Curves, HeatMap, Point, Tone, Unit,
};
use crate::http::pages::figure;
use crate::http::pages::words::ModelsWords;

/// A chart, and what it is to be read by.
#[derive(Debug)]
pub(super) struct Drawn {
    pub(super) chart: Chart,
    pub(super) help: Option<String>,
}

/// Draws what the reference portfolio shows.
pub(super) fn of_drift(found: &Drift, version: &Version, words: ModelsWords) -> Vec<Drawn> {
    let plain = |chart| Drawn { chart, help: None };
    let importance = found.importance.as_ref();
    [
        stability(found, words).map(plain),
        version
            .content
            .deciles
            .map(|deciles| plain(tenths(deciles.cuts(), words))),
        migration(found, words),
        importance.map(|found| importance_of(found, version, words)),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// Draws what clients of known outcome show.
pub(super) fn of_holdout(found: &Holdout, number: u32, words: ModelsWords) -> Vec<Drawn> {
    let Some(own) = &found.curves else {
        return Vec::new();
    };
    let mut models = vec![(words.version_of(number), own)];
    let champion = found.champion.as_ref().map(|(number, _)| *number);
    let champion = champion.zip(found.champion_curves.as_ref());
    models.extend(champion.map(|(number, curves)| (words.version_of(number), curves)));
    let charts = [
        gains(&models, words),
        roc(&models, words),
        calibration(&models, words),
    ];
    charts
        .into_iter()
        .map(|chart| Drawn { chart, help: None })
        .collect()
}

fn importance_of(found: &Importance, version: &Version, words: ModelsWords) -> Drawn {
    // The model's own columns have no contract, and are called what they are.
    let contract = version.content.contract.text();
    let contract = contract.and_then(|text| Contract::parse(text).ok());
    let name = |name: &str| {
        let inputs = contract.iter().flat_map(Contract::inputs);
        let mut inputs = inputs.filter(|input| input.name() == name);
        inputs.next().map_or_else(
            || name.to_owned(),
            |input| input.text_at_start(words.0).into_owned(),
        )
    };
    let bars = found.inputs.iter().map(|input| Bar {
        label: name(&input.input),
        value: input.mean,
        text: words.points_of(&figure::number(input.mean * 100.0, 1, words.0)),
        tone: Tone::Series(0),
        mark: None,
    });
    let chart = Bars {
        title: words.importance().to_owned(),
        of: words.input().to_owned(),
        value: words.points().to_owned(),
        bars: bars.collect(),
        mark: None,
        tones: Vec::new(),
    };
    let clients = figure::count(found.clients as u64, words.0);
    Drawn {
        chart: chart.chart(words.0),
        help: Some(words.importance_help(&clients)),
    }
}

fn stability(found: &Drift, words: ModelsWords) -> Option<Chart> {
    let stability = found.stability?;
    let number = |value| figure::number(value, 4, words.0);
    let bar = Bar {
        label: words.psi_short().to_owned(),
        value: stability.psi,
        text: number(stability.psi),
        tone: Tone::Series(0),
        mark: Some((stability.critical, number(stability.critical))),
    };
    let bars = Bars {
        title: words.psi_chart(found.champion?),
        of: words.figure().to_owned(),
        value: words.psi_short().to_owned(),
        bars: vec![bar],
        mark: Some(words.psi_by_chance().to_owned()),
        tones: Vec::new(),
    };
    Some(bars.chart(words.0))
}

fn migration(found: &Drift, words: ModelsWords) -> Option<Drawn> {
    let champion = found.champion?;
    let counts = found.migration.as_ref()?.counts();
    let labels: Vec<String> = (1..=counts.len()).map(|tenth| tenth.to_string()).collect();
    let map = HeatMap {
        title: words.migration(champion),
        down: words.tenth_before(champion),
        across: words.tenth_now().to_owned(),
        row_labels: labels.clone(),
        column_labels: labels,
        counts: counts.iter().map(|row| row.to_vec()).collect(),
    };
    Some(Drawn {
        chart: map.chart(words.0),
        help: Some(words.migration_help().to_owned()),
    })
}

fn tenths(cuts: &[f64], words: ModelsWords) -> Chart {
    let columns = (1..).zip(cuts).map(|(tenth, cut): (usize, _)| Column {
        label: tenth.to_string(),
        values: vec![*cut],
    });
    Columns {
        title: words.deciles().to_owned(),
        of: words.tenth().to_owned(),
        value: words.probability().to_owned(),
        unit: Unit::Percent,
        series: Vec::new(),
        columns: columns.collect(),
        rule: None,
    }
    .chart(words.0)
}

fn share(label: &str) -> Axis {
    Axis {
        label: label.to_owned(),
        unit: Unit::Percent,
    }
}

fn curve(label: &str, points: impl Iterator<Item = (f64, f64)>) -> Curve {
    let points = points.map(|(x, y)| Point {
        x,
        y,
        interval: None,
    });
    Curve {
        label: label.to_owned(),
        points: points.collect(),
    }
}

fn gains(models: &[(String, &Kept)], words: ModelsWords) -> Chart {
    let curves = models.iter();
    let curves = curves.map(|(name, kept)| curve(name, kept.gains.curve()));
    Curves {
        title: words.gains().to_owned(),
        x: share(words.gains_x()),
        y: share(words.roc_y()),
        curves: curves.collect(),
        diagonal: Some(words.by_chance().to_owned()),
    }
    .chart(words.0)
}

fn roc(models: &[(String, &Kept)], words: ModelsWords) -> Chart {
    let curves = models.iter();
    let curves = curves.map(|(name, kept)| curve(name, kept.gains.roc()));
    Curves {
        title: words.roc().to_owned(),
        x: share(words.roc_x()),
        y: share(words.roc_y()),
        curves: curves.collect(),
        diagonal: Some(words.by_chance().to_owned()),
    }
    .chart(words.0)
}

fn calibration(models: &[(String, &Kept)], words: ModelsWords) -> Chart {
    let curves = models.iter().map(|(name, kept)| {
        // From the least probable on.
        let tenths = kept.calibration.tenths().iter().rev();
        let points = tenths.filter_map(|tenth| {
            Some(Point {
                x: tenth.mean_probability,
                y: tenth.share_paid()?,
                interval: Some(tenth.interval()),
            })
        });
        Curve {
            label: name.clone(),
            points: points.collect(),
        }
    });
    Curves {
        title: words.calibration().to_owned(),
        x: share(words.calibration_x()),
        y: share(words.calibration_y()),
        curves: curves.collect(),
        diagonal: Some(words.perfect().to_owned()),
    }
    .chart(words.0)
}
