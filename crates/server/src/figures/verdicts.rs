//! Verdicts on models that came in while the server runs.

use prometheus_client::metrics::counter::Counter;
use prometheus_client::registry::Registry;
use propenso_lifecycle::gates::Verdict;
use propenso_lifecycle::registry::WayIn;

use super::names;
use super::series;

const WAYS: [WayIn; 2] = [WayIn::Inbox, WayIn::Upload];
const VERDICTS: [Verdict; 3] = [Verdict::Passed, Verdict::Warned, Verdict::Failed];

/// Verdicts, by the way that models came in.
#[derive(Debug, Default)]
pub struct Verdicts([[Counter; VERDICTS.len()]; WAYS.len()]);

impl Verdicts {
    /// Counts a verdict on a model that came in through the server.
    pub fn count(&self, way: WayIn, verdict: Verdict) {
        let place = |way| WAYS.iter().position(|known| *known == way);
        let of_way = place(way).and_then(|way| self.0.get(way));
        let place = VERDICTS.iter().position(|known| *known == verdict);
        if let (Some(of_way), Some(place)) = (of_way, place)
            && let Some(count) = of_way.get(place)
        {
            count.inc();
        }
    }

    pub(super) fn describe(&self, registry: &mut Registry) {
        let ways = WAYS.iter().zip(&self.0);
        let counts = ways.flat_map(|(way, counts)| {
            VERDICTS.iter().zip(counts).map(|(verdict, count)| {
                let labels = vec![
                    ("way", way.name().to_owned()),
                    ("verdict", name(*verdict).to_owned()),
                ];
                (labels, count.get())
            })
        });
        series::add_counts(registry, names::VERDICTS, counts);
    }
}

fn name(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Passed => "passed",
        Verdict::Warned => "warned",
        Verdict::Failed => "failed",
    }
}
