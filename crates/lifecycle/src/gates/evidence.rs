//! What a model was examined with, by hash: whether it comes again with something else.

use propenso_model::Sha256;

use super::limits::GateLimits;
use super::target::Target;

/// What a model was examined with. Files are named by their hashes, so that nothing of clients is kept.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Evidence {
    /// Golden rows that came along.
    pub golden: Option<String>,
    /// Labelled clients, and how they say who paid.
    pub holdout: Option<String>,
    /// The reference portfolio.
    pub reference: Option<String>,
    /// What the gates compare with.
    pub rules: Option<String>,
}

impl Evidence {
    /// The hash of a file.
    #[must_use]
    pub fn of_file(bytes: &[u8]) -> String {
        Sha256::of(bytes).to_string()
    }

    /// The hash of labelled clients as they are read.
    #[must_use]
    pub fn of_holdout(bytes: &[u8], target: &Target) -> String {
        format!("{} {}", Sha256::of(bytes), of_text(&format!("{target:?}")))
    }

    /// The hash of what the gates compare with.
    #[must_use]
    pub fn of_rules(limits: &GateLimits, is_strict: bool) -> String {
        of_text(&format!("{limits:?} {is_strict}")).to_string()
    }

    /// Tells whether this says something that `before` did not. What is not sent again says nothing.
    #[must_use]
    pub fn is_news_to(&self, before: &Self) -> bool {
        let pairs = [
            (&self.golden, &before.golden),
            (&self.holdout, &before.holdout),
            (&self.reference, &before.reference),
            (&self.rules, &before.rules),
        ];
        pairs.iter().any(|(now, then)| now.is_some() && now != then)
    }

    /// This, and where it says nothing what was said before.
    #[must_use]
    pub fn or(self, before: &Self) -> Self {
        let or = |now: Option<String>, then: &Option<String>| now.or_else(|| then.clone());
        Self {
            golden: or(self.golden, &before.golden),
            holdout: or(self.holdout, &before.holdout),
            reference: self.reference,
            rules: self.rules,
        }
    }
}

fn of_text(text: &str) -> Sha256 {
    Sha256::of(text.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_sent_again_is_no_news() {
        let before = Evidence {
            golden: Some("g".to_owned()),
            holdout: Some("h".to_owned()),
            reference: Some("r".to_owned()),
            rules: Some("l".to_owned()),
        };
        let again = |change: fn(&mut Evidence)| {
            let mut now = before.clone();
            change(&mut now);
            now.is_news_to(&before)
        };
        assert!(!again(|_| ()));
        assert!(!again(|now| now.golden = None));
        assert!(!again(|now| now.holdout = None));
        assert!(!again(|now| now.reference = None));
        assert!(again(|now| now.golden = Some("x".to_owned())));
        assert!(again(|now| now.holdout = Some("x".to_owned())));
        assert!(again(|now| now.reference = Some("x".to_owned())));
        assert!(again(|now| now.rules = Some("x".to_owned())));
        // Nothing was known: whatever comes is news.
        assert!(before.is_news_to(&Evidence::default()));
    }

    #[test]
    fn who_paid_is_part_of_labelled_clients() {
        let usual = Target::default();
        let other = Target {
            column: "PAGO".to_owned(),
            ..Target::default()
        };
        let of = |target| Evidence::of_holdout(b"rows", target);
        assert_eq!(of(&usual), of(&usual));
        assert_ne!(of(&usual), of(&other));
    }
}
