//! Whether as many pay as a model says.

use super::Deciles;
use super::deciles::TENTHS;
use super::jeffreys::jeffreys_interval;

/// A tenth of the clients by their probability: what was said of them, and what they did.
#[derive(Debug, Clone, Copy, Default, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct CalibrationTenth {
    /// Clients in it; clients of the same probability are in the same tenth.
    pub clients: usize,
    /// Those of them who paid.
    pub payers: usize,
    /// The mean of their probabilities, 0 to 1.
    pub mean_probability: f64,
}

impl CalibrationTenth {
    /// The share of them who paid, 0 to 1; `None` of an empty tenth.
    #[must_use]
    pub fn share_paid(&self) -> Option<f64> {
        (self.clients > 0).then(|| self.payers as f64 / self.clients as f64)
    }

    /// The 95 % interval of the share that pays of all such clients.
    #[must_use]
    pub fn interval(&self) -> (f64, f64) {
        jeffreys_interval(self.payers, self.clients)
    }
}

/// What was said and what happened, by tenths of the clients, the most probable payers first.
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Calibration([CalibrationTenth; TENTHS]);

impl Calibration {
    /// Compares probabilities of paying with who paid; `None` without clients, or where a probability is no number.
    #[must_use]
    pub fn of(probabilities: &[f64], paid: &[bool]) -> Option<Self> {
        let cuts = Deciles::of(probabilities).filter(|_| probabilities.len() == paid.len())?;
        let mut tenths = [CalibrationTenth::default(); TENTHS];
        for (probability, paid) in probabilities.iter().zip(paid) {
            let tenth = &mut tenths[usize::from(cuts.decile(*probability)) - 1];
            tenth.clients += 1;
            tenth.payers += usize::from(*paid);
            // The sum, until all are there.
            tenth.mean_probability += probability;
        }
        for tenth in &mut tenths {
            tenth.mean_probability /= tenth.clients.max(1) as f64;
        }
        Some(Self(tenths))
    }

    /// The tenths, the most probable payers first.
    #[must_use]
    pub fn tenths(&self) -> &[CalibrationTenth] {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_client_is_in_one_tenth() {
        let probabilities: Vec<f64> = (0..100).map(|n| f64::from(n) / 100.0).collect();
        let paid: Vec<bool> = (0..100).map(|n| n % 4 == 0).collect();
        let found = Calibration::of(&probabilities, &paid).unwrap();
        let tenths = found.tenths();
        assert!(tenths.iter().all(|tenth| tenth.clients == 10));
        assert_eq!(tenths.iter().map(|tenth| tenth.payers).sum::<usize>(), 25);
        // 0.90 … 0.99, of whom 92 and 96 paid.
        assert!((tenths[0].mean_probability - 0.945).abs() < 1e-12);
        assert_eq!(tenths[0].share_paid(), Some(0.2));
    }

    #[test]
    fn equal_probabilities_are_in_one_tenth() {
        let found = Calibration::of(&[0.5; 30], &[true; 30]).unwrap();
        let full: Vec<_> = found.tenths().iter().filter(|t| t.clients > 0).collect();
        assert_eq!(full.len(), 1);
        assert_eq!((full[0].clients, full[0].payers), (30, 30));
        assert_eq!(Calibration::of(&[], &[]), None);
        assert_eq!(Calibration::of(&[f64::NAN], &[true]), None);
    }
}
