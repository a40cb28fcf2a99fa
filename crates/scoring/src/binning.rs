//! What an input is counted as, so that days can be compared without keeping anybody's values.
//!
//! Bins are fixed by clients who are known beforehand, the reference: numbers by its tenths, texts by what contract or model knows.
//! What is counted in the same bins can be added up, day by day, and held against the reference.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::contract::Contract;
use crate::date::iso;
use crate::encode::Observed;
use crate::excerpt::excerpt;
use crate::input::{Bands, Input, NumberSyntax, Output, Reading};
use crate::language::Language;
use crate::quantity::Quantity;

/// Bins of an input's numbers, at the most.
const MOST_NUMBERS: usize = 10;

/// Texts of an input that have a bin each; the rarer ones of a model with more are counted as unknown.
const MOST_CHOICES: usize = 40;

/// Spellings of one code that are named.
const MOST_SPELLINGS: usize = 4;

/// The bins of one input: those of its values in order, then one for what is unknown, and one for what is missing.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum InputBins {
    /// Numbers, by where they are cut.
    Numbers {
        /// What the numbers are.
        unit: BinUnit,
        /// Ascending: the first bin has what is up to the first cut, each next one what is above its cut and up to the next.
        cuts: Vec<f64>,
    },
    /// Texts, a bin each; those that are worth the same are the same to the model.
    Choices {
        /// What the texts are worth, ascending.
        values: Vec<f64>,
        /// How each is written.
        texts: Vec<String>,
    },
}

/// What the numbers of an input are, for those who read them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BinUnit {
    /// Any number.
    Number,
    /// Euros.
    Money,
    /// A year and a month, as in 202310.
    Month,
    /// Days since 1970.
    Day,
}

impl InputBins {
    /// Makes the bins of an input by what it was of known clients; `None` of one that the model does not look at.
    #[must_use]
    pub fn of(input: &Input, seen: &[Observed]) -> Option<Self> {
        let unit = match (&input.reading, &input.output) {
            (Reading::Ignored, _) => return None,
            (_, Output::Bands(bands)) => return Some(Self::of_bands(bands)),
            (Reading::Codes(codes), _) => return Some(Self::of_texts(&codes.accept, seen)),
            (Reading::Category(categories), _) => {
                return Some(Self::of_texts(&categories.known, seen));
            }
            (Reading::AnyText, _) => {
                return Some(Self::Choices {
                    values: vec![1.0],
                    texts: vec![String::new()],
                });
            }
            (Reading::Number(number), _) if number.syntax == NumberSyntax::Money => BinUnit::Money,
            (Reading::Number(_), _) => BinUnit::Number,
            (Reading::YearMonth, _) => BinUnit::Month,
            (Reading::Date(_), _) => BinUnit::Day,
        };
        let numbers = seen.iter().filter_map(|observed| match observed {
            Observed::Value(number) => Some(*number),
            Observed::Unknown | Observed::Missing => None,
        });
        Some(Self::Numbers {
            unit,
            cuts: cuts(numbers.collect()),
        })
    }

    fn of_bands(bands: &Bands) -> Self {
        let texts = bands.bands.iter().map(|band| match &band.label {
            Some(label) => excerpt(label),
            None => format!("{}–{}", band.from, band.to),
        });
        Self::Choices {
            values: (0..bands.bands.len()).map(|band| band as f64).collect(),
            texts: texts.collect(),
        }
    }

    fn of_texts(known: &[(Box<str>, f64)], seen: &[Observed]) -> Self {
        let mut spellings: Vec<(f64, Vec<&str>)> = Vec::new();
        let mut sorted: Vec<_> = known.iter().filter(|text| text.1.is_finite()).collect();
        // Stable: of one code the contract's first spelling is named first.
        sorted.sort_by(|a, b| a.1.total_cmp(&b.1));
        for (text, value) in sorted {
            match spellings.last_mut() {
                Some((last, texts)) if last == value => texts.push(text),
                _ => spellings.push((*value, vec![text])),
            }
        }
        if spellings.len() > MOST_CHOICES {
            keep_commonest(&mut spellings, seen);
        }
        let texts = spellings.iter().map(|(_, texts)| {
            let named: Vec<String> = texts
                .iter()
                .take(MOST_SPELLINGS)
                .map(|text| excerpt(text))
                .collect();
            let more = if texts.len() > MOST_SPELLINGS {
                " …"
            } else {
                ""
            };
            format!("{}{more}", named.join(" · "))
        });
        Self::Choices {
            texts: texts.collect(),
            values: spellings.iter().map(|(value, _)| *value).collect(),
        }
    }

    /// How many there are.
    #[must_use]
    pub fn count(&self) -> usize {
        self.values() + 2
    }

    /// The bins of values.
    fn values(&self) -> usize {
        match self {
            Self::Numbers { cuts, .. } => cuts.len() + 1,
            Self::Choices { values, .. } => values.len(),
        }
    }

    /// The place of what an input of a client was.
    #[must_use]
    #[inline]
    pub fn bin(&self, observed: Observed) -> usize {
        match (observed, self) {
            (Observed::Missing, _) => self.values() + 1,
            (Observed::Unknown, _) => self.values(),
            (Observed::Value(value), Self::Numbers { cuts, .. }) => {
                cuts.partition_point(|cut| *cut < value)
            }
            (Observed::Value(value), Self::Choices { values, .. }) => {
                let at = values.partition_point(|known| *known < value);
                match values.get(at) {
                    Some(known) if *known == value => at,
                    _ => values.len(),
                }
            }
        }
    }

    /// What a bin is called.
    #[must_use]
    pub fn label(&self, bin: usize, language: Language) -> String {
        match bin.checked_sub(self.values()) {
            None => {}
            Some(0) => return language.pick("otro valor", "another value").to_owned(),
            Some(_) => return language.pick("sin dato", "missing").to_owned(),
        }
        match self {
            Self::Choices { texts, .. } => match texts.get(bin).map(String::as_str) {
                None | Some("") => language.pick("con dato", "given").to_owned(),
                Some(text) => text.to_owned(),
            },
            Self::Numbers { unit, cuts } => {
                let low = bin.checked_sub(1).and_then(|below| cuts.get(below));
                let text = |cut: &f64| unit.text(*cut, language);
                let is_spanish = language == Language::Spanish;
                match (low.map(text), cuts.get(bin).map(text), is_spanish) {
                    (None, None, true) => "cualquier valor".to_owned(),
                    (None, None, false) => "any value".to_owned(),
                    (None, Some(high), true) => format!("hasta {high}"),
                    (None, Some(high), false) => format!("up to {high}"),
                    (Some(low), Some(high), true) => format!("más de {low}, hasta {high}"),
                    (Some(low), Some(high), false) => format!("over {low}, up to {high}"),
                    (Some(low), None, true) => format!("más de {low}"),
                    (Some(low), None, false) => format!("over {low}"),
                }
            }
        }
    }
}

impl BinUnit {
    fn text(self, value: f64, language: Language) -> String {
        match self {
            Self::Number => Quantity::plain(value).in_language(language),
            Self::Money => Quantity::euros(value).in_language(language),
            Self::Month => format!("{:02}/{}", value % 100.0, (value / 100.0).floor()),
            Self::Day => iso(value),
        }
    }
}

fn keep_commonest(spellings: &mut Vec<(f64, Vec<&str>)>, seen: &[Observed]) {
    let mut counts = vec![0_usize; spellings.len()];
    for observed in seen {
        if let Observed::Value(value) = observed
            && let Ok(at) = spellings.binary_search_by(|known| known.0.total_cmp(value))
        {
            counts[at] += 1;
        }
    }
    let mut order: Vec<usize> = (0..spellings.len()).collect();
    order.sort_by_key(|at| std::cmp::Reverse(counts[*at]));
    let mut is_kept = vec![false; spellings.len()];
    for at in order.into_iter().take(MOST_CHOICES) {
        is_kept[at] = true;
    }
    let mut kept = is_kept.into_iter();
    spellings.retain(|_| kept.next().unwrap_or(false));
}

/// Where numbers are cut, so that each part has about a tenth of them. A number that a tenth of the clients or more have is a bin
/// of its own, or a shift to or from it would not be seen.
fn cuts(mut numbers: Vec<f64>) -> Vec<f64> {
    numbers.retain(|number| number.is_finite());
    numbers.sort_unstable_by(f64::total_cmp);
    let enough = numbers.len().div_ceil(MOST_NUMBERS);
    // Each part that is full: its greatest number, and how many it has.
    let mut parts: Vec<(f64, usize)> = Vec::new();
    let (mut before, mut filled) = (None, 0);
    for tied in numbers.chunk_by(|a, b| a == b) {
        let number = tied.first().copied().unwrap_or_default();
        if let Some(before) = before.filter(|_| filled > 0 && tied.len() >= enough) {
            parts.push((before, filled));
            filled = 0;
        }
        filled += tied.len();
        if filled >= enough {
            parts.push((number, filled));
            filled = 0;
        }
        before = Some(number);
    }
    while parts.len() >= MOST_NUMBERS + usize::from(filled == 0) {
        // The two neighbours that have the fewest are one.
        let sums = parts.windows(2).map(|pair| pair[0].1 + pair[1].1);
        let Some((at, _)) = sums.enumerate().min_by_key(|(_, sum)| *sum) else {
            break;
        };
        let (_, fewer) = parts.remove(at);
        parts[at].1 += fewer;
    }
    parts.into_iter().map(|part| part.0).collect()
}

/// The bins of a contract's inputs.
#[derive(Debug, Clone, PartialEq)]
pub struct Binning {
    id: String,
    names: Vec<String>,
    /// By the contract's inputs: where its bins begin among all, and what they are.
    inputs: Vec<Option<(usize, InputBins)>>,
    count: usize,
}

impl Binning {
    /// Puts the bins of some inputs beside a contract's; what it does not know is left out. `id` tells them from others: what was
    /// counted by another cannot be added.
    #[must_use]
    pub fn new<'b>(
        contract: &Contract,
        id: String,
        inputs: impl IntoIterator<Item = (&'b str, &'b InputBins)>,
    ) -> Self {
        let names = contract.inputs().iter();
        let mut binning = Self {
            id,
            names: names.map(|input| input.name().to_owned()).collect(),
            inputs: vec![None; contract.inputs().len()],
            count: 0,
        };
        for (name, bins) in inputs {
            let place = contract.input_index(name);
            if let Some(place) = place.and_then(|index| binning.inputs.get_mut(index)) {
                *place = Some((binning.count, bins.clone()));
                binning.count += bins.count();
            }
        }
        binning
    }

    /// Tells it from others.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// How many bins all inputs have together.
    #[must_use]
    pub fn count(&self) -> usize {
        self.count
    }

    /// The bins of the input at `index` of the contract, and where they begin among all.
    #[must_use]
    pub fn of_input(&self, index: usize) -> Option<(usize, &InputBins)> {
        let (first, bins) = self.inputs.get(index)?.as_ref()?;
        Some((*first, bins))
    }

    /// The places among all bins of what a client's inputs were, in the contract's order.
    pub fn places<'b>(&'b self, observed: &'b [Observed]) -> impl Iterator<Item = usize> + 'b {
        let inputs = self.inputs.iter().zip(observed);
        inputs.filter_map(|(input, observed)| {
            let (first, bins) = input.as_ref()?;
            Some(first + bins.bin(*observed))
        })
    }

    /// Takes the counts of all bins apart, by input.
    #[must_use]
    pub fn by_input(&self, counts: &[u64]) -> BTreeMap<String, Vec<u64>> {
        let inputs = self.names.iter().zip(&self.inputs);
        let inputs = inputs.filter_map(|(name, input)| {
            let (first, bins) = input.as_ref()?;
            let counts = counts.get(*first..*first + bins.count())?;
            Some((name.clone(), counts.to_vec()))
        });
        inputs.collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Raw, Row};

    fn contract() -> Contract {
        Contract::shipped("casas-cobranzas").unwrap()
    }

    fn bins(name: &str, seen: &[Observed]) -> InputBins {
        let contract = contract();
        let index = contract.input_index(name).unwrap();
        InputBins::of(&contract.inputs()[index], seen).unwrap()
    }

    fn observed(name: &str, text: &str) -> Observed {
        let contract = contract();
        let index = contract.input_index(name).unwrap();
        let mut row = Row::new(&contract);
        row.set(&contract, name, Raw::text(text));
        let mut warnings = Vec::new();
        let input = &contract.inputs()[index];
        let encoder = crate::InputEncoder::new(&contract, input, &mut warnings);
        encoder.encode(row.slot(index), &mut Vec::new()).unwrap()
    }

    #[test]
    fn tenths_of_numbers_and_bins_of_their_own() {
        let thousand: Vec<f64> = (1..=1_000).map(f64::from).collect();
        let tenths = cuts(thousand);
        assert_eq!(
            tenths,
            [100., 200., 300., 400., 500., 600., 700., 800., 900., 1_000.]
        );
        // Few different numbers have a bin each, but for rare neighbours.
        assert_eq!(cuts(vec![1.0, 1.0, 1.0, 0.0, 2.0]), [0.0, 1.0, 2.0]);
        // Whatever most have stands alone, so that less of it is seen: on either side.
        let mut mostly = vec![1.0; 95];
        mostly.extend([0.0; 5]);
        assert_eq!(cuts(mostly), [0.0, 1.0]);
        assert_eq!(cuts(vec![f64::INFINITY]), [0.0; 0]);
        assert_eq!(cuts(Vec::new()), [0.0; 0]);
        for n in 1..200_u32 {
            let numbers = (0..n).map(|at| f64::from((at * 7_919) % 31)).collect();
            assert!(cuts(numbers).len() <= MOST_NUMBERS, "{n}");
        }
    }

    #[test]
    fn numbers_go_up_to_their_cut() {
        let numbers: Vec<Observed> = (1..=100).map(|n| Observed::Value(f64::from(n))).collect();
        let bins = bins("DEUDA_TOTAL", &numbers);
        assert_eq!(bins.count(), 13);
        let of = |value| bins.bin(Observed::Value(value));
        assert_eq!((of(-1.0), of(10.0), of(10.5), of(1e9)), (0, 0, 1, 10));
        assert_eq!(bins.bin(Observed::Unknown), 11);
        assert_eq!(bins.bin(Observed::Missing), 12);
        let label = |bin| bins.label(bin, Language::Spanish);
        assert_eq!(label(0), "hasta 10 €");
        assert_eq!(label(1), "más de 10 €, hasta 20 €");
        assert_eq!(label(10), "más de 100 €");
        assert_eq!((&*label(11), &*label(12)), ("otro valor", "sin dato"));
    }

    #[test]
    fn texts_that_are_worth_the_same_are_counted_together() {
        let bins = bins("ESCENARIO_RECOBRO", &[]);
        let bin = |text| bins.bin(observed("er", text));
        assert_eq!(bin("PER"), bin("FU"));
        assert_ne!(bin("PER"), bin("EMP"));
        assert_eq!(bins.label(bin("PER"), Language::Spanish), "PER · FU");
    }

    #[test]
    fn what_is_missing_or_in_a_band_is_counted_as_that() {
        let ages = bins("EDAD", &[]);
        assert_eq!(
            ages.bin(observed("ed", "40")),
            ages.bin(observed("ed", "31-50"))
        );
        assert_eq!(
            ages.label(ages.bin(observed("ed", "40")), Language::English),
            "31-50"
        );
        assert_eq!(ages.bin(observed("ed", "")), ages.count() - 1);
        let month = bins(
            "FECHA_BPI",
            &[observed("fb", "202310"), observed("fb", "202401")],
        );
        assert_eq!(month.label(0, Language::English), "up to 10/2023");
    }

    #[test]
    fn a_client_has_a_place_for_each_input() {
        let contract = contract();
        let (debts, ages) = (bins("DEUDA_TOTAL", &[]), bins("EDAD", &[]));
        let inputs = [("EDAD", &ages), ("DEUDA_TOTAL", &debts), ("OTRO", &debts)];
        let binning = Binning::new(&contract, "a".to_owned(), inputs);
        assert_eq!(binning.count(), ages.count() + debts.count());
        let observed = vec![Observed::Missing; contract.inputs().len()];
        let mut counts = vec![0; binning.count()];
        for place in binning.places(&observed) {
            counts[place] += 1;
        }
        let by_input = binning.by_input(&counts);
        assert_eq!(by_input.len(), 2);
        assert_eq!(by_input["EDAD"].last(), Some(&1));
        assert_eq!(by_input["DEUDA_TOTAL"], [0, 0, 1]);
    }

    #[test]
    fn the_commonest_of_many_texts_have_a_bin() {
        let known: Vec<(Box<str>, f64)> = (0..100)
            .map(|n| (format!("t{n}").into(), f64::from(n)))
            .collect();
        let seen: Vec<Observed> = (60..100).map(|n| Observed::Value(f64::from(n))).collect();
        let bins = InputBins::of_texts(&known, &seen);
        assert_eq!(bins.count(), MOST_CHOICES + 2);
        assert_eq!(bins.bin(Observed::Value(3.0)), MOST_CHOICES);
        assert_eq!(bins.label(0, Language::Spanish), "t60");
    }
}
