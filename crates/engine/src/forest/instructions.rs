//! What the processor can do, beyond what every processor of the target can.

use super::column::Columns;

/// Instructions that there are kernels for, each with those before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Instructions {
    /// What every processor of the target can.
    Portable,
    /// AVX2, and BMI 1 and 2 which came with it.
    Avx2,
    /// The parts F and BW of AVX-512.
    Avx512,
}

impl Instructions {
    /// What this processor can do.
    #[must_use]
    pub fn detect() -> Self {
        #[cfg(target_arch = "x86_64")]
        if is_x86_feature_detected!("avx2")
            && is_x86_feature_detected!("bmi1")
            && is_x86_feature_detected!("bmi2")
        {
            if is_x86_feature_detected!("avx512f") && is_x86_feature_detected!("avx512bw") {
                return Self::Avx512;
            }
            return Self::Avx2;
        }
        Self::Portable
    }

    /// Those of them that a forest has a use for.
    pub(super) fn for_columns(self, columns: &Columns) -> Self {
        #[cfg(target_arch = "x86_64")]
        if columns.len() > super::avx512::MAX_COLUMNS {
            return self.min(Self::Avx2);
        }
        let _ = columns;
        self
    }
}
