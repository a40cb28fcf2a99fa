//! What the inputs of a version's clients were, counted in the bins of its reference until that is taken away to the day's counts.

use std::sync::{Arc, Mutex, PoisonError};

use arc_swap::ArcSwapOption;
use propenso_lifecycle::monitoring::{DayCounts, RouteKind};
use propenso_lifecycle::served::Served;
use propenso_scoring::{Binning, Observed};

use super::counters::Counters;
use super::day_tally::ROUTES;

/// What the inputs of all versions that have been asked were, since it was last taken away.
#[derive(Debug, Default)]
pub struct InputTallies {
    /// The one of the version that was asked last: nearly always the one that is asked next.
    last: ArcSwapOption<InputTally>,
    all: Mutex<Vec<Arc<InputTally>>>,
}

/// What the inputs of one version's clients were, in the bins of one reference.
#[derive(Debug)]
pub struct InputTally {
    version: u32,
    binning: Arc<Binning>,
    /// Those of all ways to ask.
    counters: Counters,
}

impl InputTallies {
    /// Gives what a version's inputs are counted by; `None` where it has no reference.
    #[must_use]
    pub fn of(&self, served: &Served) -> Option<Arc<InputTally>> {
        let (version, binning) = (served.version?, served.binning.as_ref()?);
        let is_meant =
            |tally: &InputTally| tally.version == version && tally.binning.id() == binning.id();
        if let Some(last) = &*self.last.load()
            && is_meant(last)
        {
            return Some(Arc::clone(last));
        }
        let mut all = self.all.lock().unwrap_or_else(PoisonError::into_inner);
        let known = all.iter().find(|tally| is_meant(tally)).map(Arc::clone);
        let tally = known.unwrap_or_else(|| {
            let new = Arc::new(InputTally {
                version,
                binning: Arc::clone(binning),
                counters: Counters::new(ROUTES * binning.count()),
            });
            all.push(Arc::clone(&new));
            new
        });
        self.last.store(Some(Arc::clone(&tally)));
        Some(tally)
    }

    /// Takes away what was counted, by version and way.
    #[must_use]
    pub fn take(&self) -> Vec<(u32, RouteKind, DayCounts)> {
        let all = self.all.lock().unwrap_or_else(PoisonError::into_inner);
        let routes = RouteKind::ALL.into_iter().take(ROUTES);
        let taken = all.iter().flat_map(|tally| {
            let routes = routes.clone();
            routes.filter_map(|route| Some((tally.version, route, tally.take(route)?)))
        });
        taken.collect()
    }
}

impl InputTally {
    /// Counts what the inputs of a client were, in the contract's order.
    pub fn count(&self, route: RouteKind, observed: &[Observed]) {
        let first = route as usize * self.binning.count();
        let places = self.binning.places(observed);
        self.counters.count(places.map(|place| first + place));
    }

    fn take(&self, route: RouteKind) -> Option<DayCounts> {
        let width = self.binning.count();
        let counts = self.counters.take(route as usize * width, width);
        let has_some = counts.iter().any(|count| *count > 0);
        has_some.then(|| counts_of(&self.binning, &counts))
    }
}

/// Puts counts of all bins under the reference that the bins are of.
#[must_use]
pub fn counts_of(binning: &Binning, counts: &[u64]) -> DayCounts {
    let mut day = DayCounts::default();
    let inputs = binning.by_input(counts);
    if !inputs.is_empty() {
        day.inputs.insert(binning.id().to_owned(), inputs);
    }
    day
}

#[cfg(test)]
mod tests {
    use propenso_scoring::{Contract, InputBins};

    use super::*;

    #[test]
    fn what_is_counted_is_taken_away_once_by_its_way() {
        let contract = Contract::shipped("casas-cobranzas").unwrap();
        let index = contract.input_index("EDAD").unwrap();
        let ages = InputBins::of(&contract.inputs()[index], &[]).unwrap();
        let binning = Binning::new(&contract, "0a".to_owned(), [("EDAD", &ages)]);
        let tallies = InputTallies::default();
        tallies.all.lock().unwrap().push(Arc::new(InputTally {
            version: 3,
            counters: Counters::with_copies(ROUTES * binning.count(), 2),
            binning: Arc::new(binning),
        }));
        let tally = Arc::clone(&tallies.all.lock().unwrap()[0]);
        let mut observed = vec![Observed::Unknown; contract.inputs().len()];
        tally.count(RouteKind::Predict, &observed);
        observed[index] = Observed::Missing;
        tally.count(RouteKind::Page, &observed);
        tally.count(RouteKind::Page, &observed);
        let taken = tallies.take();
        let [
            (3, RouteKind::Predict, programs),
            (3, RouteKind::Page, page),
        ] = &taken[..]
        else {
            panic!("{taken:?}");
        };
        assert_eq!(programs.inputs["0a"]["EDAD"], [0, 0, 0, 0, 1, 0]);
        assert_eq!(page.inputs["0a"]["EDAD"], [0, 0, 0, 0, 0, 2]);
        assert!(tallies.take().is_empty());
    }
}
