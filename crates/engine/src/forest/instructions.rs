//! What the processor can do, beyond what every processor of the target can.

use super::column::Columns;

/// Instructions that there are kernels for, each with those before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Instructions {
    /// What every processor of the target can.
    Portable,
    /// AVX2, and FMA and BMI 1 and 2 which came with it.
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
            && is_x86_feature_detected!("fma")
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
}

/// Instructions that this processor was found to have: nothing but [`Detected::new`] makes them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Detected(Instructions);

/// Proof that the processor has what [`Instructions::Avx2`] stands for.
#[cfg(target_arch = "x86_64")]
#[derive(Debug, Clone, Copy)]
pub(crate) struct HasAvx2(());

/// Proof that the processor has what [`Instructions::Avx512`] stands for.
#[cfg(target_arch = "x86_64")]
#[derive(Debug, Clone, Copy)]
pub(crate) struct HasAvx512(());

impl Detected {
    /// Asks the processor.
    pub(crate) fn new() -> Self {
        Self(Instructions::detect())
    }

    /// Leaves no more than some instructions.
    pub(crate) fn limited_to(self, most: Instructions) -> Self {
        Self(self.0.min(most))
    }

    /// Leaves those that a forest's kernels have a use for.
    pub(super) fn for_columns(self, columns: &Columns) -> Self {
        #[cfg(target_arch = "x86_64")]
        if columns.len() > super::avx512::MAX_COLUMNS {
            return self.limited_to(Instructions::Avx2);
        }
        let _ = columns;
        self
    }

    /// The instructions' name.
    pub(crate) fn get(self) -> Instructions {
        self.0
    }

    /// Proof of AVX2, where it was found.
    #[cfg(target_arch = "x86_64")]
    pub(crate) fn avx2(self) -> Option<HasAvx2> {
        (self.0 >= Instructions::Avx2).then_some(HasAvx2(()))
    }

    /// Proof of AVX-512, where it was found.
    #[cfg(target_arch = "x86_64")]
    pub(crate) fn avx512(self) -> Option<HasAvx512> {
        (self.0 >= Instructions::Avx512).then_some(HasAvx512(()))
    }
}
