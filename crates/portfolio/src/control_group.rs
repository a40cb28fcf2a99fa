//! A random group that is not called, to measure against.

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use crate::error::PortfolioError;
use crate::request::Control;

/// Who is in the group. It depends on the key and the id alone, so the same client is in it every day, and whoever has the
/// key can check it: the first eight bytes of HMAC-SHA256(key, id), as a number with the highest byte first, divided by
/// 2^64, are less than the share.
#[derive(Debug, Clone)]
pub struct ControlGroup {
    keyed: Hmac<Sha256>,
    /// Numbers below this are in it.
    below: u128,
}

impl ControlGroup {
    /// Makes the group of a share and a key.
    ///
    /// # Errors
    ///
    /// [`PortfolioError::Request`] for a share that is none.
    pub fn new(control: &Control) -> Result<Self, PortfolioError> {
        if !(control.share > 0.0 && control.share < 1.0) {
            return Err(PortfolioError::request(
                "la parte del grupo de control es más del 0 % y menos del 100 %",
                "the control group's share is more than 0 % and less than 100 %",
            ));
        }
        let keyed = Hmac::new_from_slice(control.key.as_bytes());
        Ok(Self {
            keyed: keyed.map_err(|_| {
                PortfolioError::request(
                    "la clave del grupo de control no se puede usar",
                    "the control group's key cannot be used",
                )
            })?,
            below: (control.share * 2f64.powi(64)) as u128,
        })
    }

    /// Tells whether a client is in it.
    pub fn has(&self, id: &str) -> bool {
        let mut keyed = self.keyed.clone();
        keyed.update(id.trim().as_bytes());
        let hash = keyed.finalize().into_bytes();
        let first = hash.iter().take(8);
        first.fold(0, |number, byte| (number << 8) | u128::from(*byte)) < self.below
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn group(share: f64, key: &str) -> ControlGroup {
        let key = key.to_owned();
        ControlGroup::new(&Control { share, key }).unwrap()
    }

    /// python3: hmac.new(b"marzo", b"1.759658", "sha256").hexdigest()[:16] is 7cccce48d972e511, of 2^64.
    #[test]
    fn anyone_with_the_key_finds_the_same_group() {
        let share_of = |id: &str| {
            let (mut low, mut high) = (0.0, 1.0);
            for _ in 0..40 {
                let middle = (low + high) / 2.0;
                if group(middle, "marzo").has(id) {
                    high = middle;
                } else {
                    low = middle;
                }
            }
            high
        };
        assert!(
            (share_of("1.759658") - 0.4875000884871486).abs() < 1e-9,
            "{}",
            share_of("1.759658")
        );
        assert_eq!(share_of(" 1.759658 "), share_of("1.759658"));
    }

    #[test]
    fn about_its_share_and_another_with_another_key() {
        let ids: Vec<String> = (0..20_000).map(|id| id.to_string()).collect();
        let members = |key| {
            let group = group(0.05, key);
            ids.iter().filter(|id| group.has(id)).collect::<Vec<_>>()
        };
        let (march, april) = (members("marzo"), members("abril"));
        assert!((900..1_100).contains(&march.len()), "{}", march.len());
        let both = march.iter().filter(|id| april.contains(id)).count();
        assert!(both < 100, "{both}");
    }

    #[test]
    fn a_share_is_between_nothing_and_all() {
        for share in [0.0, 1.0, -0.1, f64::NAN, 5.0] {
            let key = String::new();
            assert!(ControlGroup::new(&Control { share, key }).is_err());
        }
    }
}
