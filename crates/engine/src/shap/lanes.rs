//! Vectors of numbers at the rule's points, as wide as the processor takes them.
//!
//! The compiler makes vectors of plain arrays too, but in pieces that the processor then cannot
//! forward from a store to the next load; so they are named here.
//!
//! A vector is made only with a proof that the processor has its registers, so whoever has one may
//! compute with it.

#[cfg(target_arch = "x86_64")]
use std::arch::x86_64::{
    __m256d, __m512d, _CMP_LE_OQ, _mm256_add_pd, _mm256_and_pd, _mm256_andnot_pd, _mm256_blendv_pd,
    _mm256_cmp_pd, _mm256_div_pd, _mm256_fmadd_pd, _mm256_loadu_pd, _mm256_mul_pd, _mm256_set1_pd,
    _mm256_storeu_pd, _mm256_sub_pd, _mm512_add_pd, _mm512_div_pd, _mm512_fmadd_pd,
    _mm512_loadu_pd, _mm512_mul_pd, _mm512_set1_pd, _mm512_storeu_pd, _mm512_sub_pd,
};

#[cfg(target_arch = "x86_64")]
use crate::forest::instructions::{HasAvx2, HasAvx512};

/// Some numbers side by side.
pub(super) trait Lanes: Copy {
    /// How many.
    const WIDTH: usize;

    /// Proof that the processor has such vectors.
    type Proof: Copy;

    /// The same number in all lanes.
    fn all(proof: Self::Proof, value: f64) -> Self;

    /// The first [`Self::WIDTH`] numbers.
    fn read(proof: Self::Proof, values: &[f64]) -> Self;

    /// Puts the numbers at the beginning of as many or more.
    fn write(self, values: &mut [f64]);

    fn add(self, other: Self) -> Self;
    fn sub(self, other: Self) -> Self;
    fn mul(self, other: Self) -> Self;
    fn div(self, other: Self) -> Self;

    /// `self * factor + term`.
    fn mul_add(self, factor: Self, term: Self) -> Self;
}

/// Lanes that a row each is in. A mask has all bits of a lane, or none.
pub(super) trait RowLanes: Lanes {
    /// The mask of all lanes.
    fn every(proof: Self::Proof) -> Self;

    /// The lanes with a number that is not above the other.
    fn at_most(self, other: Self) -> Self;

    /// The lanes of both masks.
    fn and(self, other: Self) -> Self;

    /// This mask's lanes that are not the other's.
    fn and_not(self, other: Self) -> Self;

    /// Takes from one where this mask has its lane, else from the other.
    fn select(self, from: Self, or_from: Self) -> Self;
}

/// What every processor has.
#[derive(Clone, Copy)]
pub(super) struct Portable([f64; 4]);

impl Portable {
    #[inline(always)]
    fn each(self, other: Self, of: impl Fn(f64, f64) -> f64) -> Self {
        Self(std::array::from_fn(|lane| of(self.0[lane], other.0[lane])))
    }
}

impl Lanes for Portable {
    const WIDTH: usize = 4;

    type Proof = ();

    #[inline(always)]
    fn all((): (), value: f64) -> Self {
        Self([value; 4])
    }

    #[inline(always)]
    fn read((): (), values: &[f64]) -> Self {
        Self(std::array::from_fn(|lane| values[lane]))
    }

    #[inline(always)]
    fn write(self, values: &mut [f64]) {
        values[..4].copy_from_slice(&self.0);
    }

    #[inline(always)]
    fn add(self, other: Self) -> Self {
        self.each(other, |a, b| a + b)
    }

    #[inline(always)]
    fn sub(self, other: Self) -> Self {
        self.each(other, |a, b| a - b)
    }

    #[inline(always)]
    fn mul(self, other: Self) -> Self {
        self.each(other, |a, b| a * b)
    }

    #[inline(always)]
    fn div(self, other: Self) -> Self {
        self.each(other, |a, b| a / b)
    }

    #[inline(always)]
    fn mul_add(self, factor: Self, term: Self) -> Self {
        self.mul(factor).add(term)
    }
}

impl Portable {
    #[inline(always)]
    fn bits(self, other: Self, of: impl Fn(u64, u64) -> u64) -> Self {
        self.each(other, |a, b| f64::from_bits(of(a.to_bits(), b.to_bits())))
    }
}

impl RowLanes for Portable {
    #[inline(always)]
    fn every((): ()) -> Self {
        Self([f64::from_bits(u64::MAX); 4])
    }

    #[inline(always)]
    fn at_most(self, other: Self) -> Self {
        self.each(other, |a, b| {
            f64::from_bits(if a <= b { u64::MAX } else { 0 })
        })
    }

    #[inline(always)]
    fn and(self, other: Self) -> Self {
        self.bits(other, |a, b| a & b)
    }

    #[inline(always)]
    fn and_not(self, other: Self) -> Self {
        self.bits(other, |a, b| a & !b)
    }

    #[inline(always)]
    fn select(self, from: Self, or_from: Self) -> Self {
        let (from, or_from) = (self.and(from), or_from.and_not(self));
        from.bits(or_from, |a, b| a | b)
    }
}

#[cfg(target_arch = "x86_64")]
impl RowLanes for Avx2 {
    #[inline(always)]
    fn every(proof: HasAvx2) -> Self {
        Self::all(proof, f64::from_bits(u64::MAX))
    }

    #[inline(always)]
    fn at_most(self, other: Self) -> Self {
        // SAFETY: there was proof of AVX2 when this vector was made, as for all methods below.
        Self(unsafe { _mm256_cmp_pd::<_CMP_LE_OQ>(self.0, other.0) })
    }

    #[inline(always)]
    fn and(self, other: Self) -> Self {
        // SAFETY: as in `at_most`.
        Self(unsafe { _mm256_and_pd(self.0, other.0) })
    }

    #[inline(always)]
    fn and_not(self, other: Self) -> Self {
        // The instruction takes what is left out first. SAFETY: as in `at_most`.
        Self(unsafe { _mm256_andnot_pd(other.0, self.0) })
    }

    #[inline(always)]
    fn select(self, from: Self, or_from: Self) -> Self {
        // SAFETY: as in `at_most`.
        Self(unsafe { _mm256_blendv_pd(or_from.0, from.0, self.0) })
    }
}

/// A register of the processor's, which is filled only where there is proof of it. Its methods become
/// single instructions in functions that are compiled for it.
macro_rules! register {
    ($(#[$doc:meta])* $name:ident, $proof:ty, $register:ty, $width:literal, $all:ident, $read:ident,
     $write:ident, $add:ident, $sub:ident, $mul:ident, $div:ident, $mul_add:ident) => {
        $(#[$doc])*
        #[cfg(target_arch = "x86_64")]
        #[derive(Clone, Copy)]
        pub(super) struct $name($register);

        #[cfg(target_arch = "x86_64")]
        impl Lanes for $name {
            const WIDTH: usize = $width;

            type Proof = $proof;

            #[inline(always)]
            fn all(_: $proof, value: f64) -> Self {
                // SAFETY: there is proof that the processor has this instruction.
                Self(unsafe { $all(value) })
            }

            #[inline(always)]
            fn read(_: $proof, values: &[f64]) -> Self {
                let values = &values[..$width];
                // SAFETY: there is proof of the instruction. So many numbers are there; the load needs
                // no alignment.
                Self(unsafe { $read(values.as_ptr()) })
            }

            #[inline(always)]
            fn write(self, values: &mut [f64]) {
                let values = &mut values[..$width];
                // SAFETY: there was proof of the instruction when this vector was made, as for all
                // methods below. So many numbers have room there; the store needs no alignment.
                unsafe { $write(values.as_mut_ptr(), self.0) }
            }

            #[inline(always)]
            fn add(self, other: Self) -> Self {
                // SAFETY: as in `write`.
                Self(unsafe { $add(self.0, other.0) })
            }

            #[inline(always)]
            fn sub(self, other: Self) -> Self {
                // SAFETY: as in `write`.
                Self(unsafe { $sub(self.0, other.0) })
            }

            #[inline(always)]
            fn mul(self, other: Self) -> Self {
                // SAFETY: as in `write`.
                Self(unsafe { $mul(self.0, other.0) })
            }

            #[inline(always)]
            fn div(self, other: Self) -> Self {
                // SAFETY: as in `write`.
                Self(unsafe { $div(self.0, other.0) })
            }

            #[inline(always)]
            fn mul_add(self, factor: Self, term: Self) -> Self {
                // SAFETY: as in `write`.
                Self(unsafe { $mul_add(self.0, factor.0, term.0) })
            }
        }
    };
}

register! {
    /// Four lanes of AVX2 and FMA.
    Avx2, HasAvx2, __m256d, 4, _mm256_set1_pd, _mm256_loadu_pd, _mm256_storeu_pd, _mm256_add_pd,
    _mm256_sub_pd, _mm256_mul_pd, _mm256_div_pd, _mm256_fmadd_pd
}

register! {
    /// Eight lanes of AVX-512.
    Avx512, HasAvx512, __m512d, 8, _mm512_set1_pd, _mm512_loadu_pd, _mm512_storeu_pd, _mm512_add_pd,
    _mm512_sub_pd, _mm512_mul_pd, _mm512_div_pd, _mm512_fmadd_pd
}
