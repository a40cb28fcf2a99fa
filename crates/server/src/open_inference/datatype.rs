//! What a tensor's elements are.

use std::fmt;

/// The type of a tensor's elements.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Datatype {
    /// True or false, a byte.
    Bool,
    /// A whole number of so many bytes.
    Int(Width),
    /// A whole number of so many bytes, never negative.
    Uint(Width),
    /// A number of half precision (IEEE 754), 2 bytes.
    Fp16,
    /// The upper half of a number of single precision, 2 bytes.
    Bf16,
    /// A number of single precision, 4 bytes.
    Fp32,
    /// A number of double precision, 8 bytes.
    Fp64,
    /// Bytes, as many as each element says.
    Bytes,
}

/// How many bytes a whole number takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Width {
    /// 8 bits.
    One,
    /// 16 bits.
    Two,
    /// 32 bits.
    Four,
    /// 64 bits.
    Eight,
}

/// All types, by their names in the protocol.
const NAMES: [(&str, Datatype); 14] = [
    ("BOOL", Datatype::Bool),
    ("UINT8", Datatype::Uint(Width::One)),
    ("UINT16", Datatype::Uint(Width::Two)),
    ("UINT32", Datatype::Uint(Width::Four)),
    ("UINT64", Datatype::Uint(Width::Eight)),
    ("INT8", Datatype::Int(Width::One)),
    ("INT16", Datatype::Int(Width::Two)),
    ("INT32", Datatype::Int(Width::Four)),
    ("INT64", Datatype::Int(Width::Eight)),
    ("FP16", Datatype::Fp16),
    ("BF16", Datatype::Bf16),
    ("FP32", Datatype::Fp32),
    ("FP64", Datatype::Fp64),
    ("BYTES", Datatype::Bytes),
];

impl Datatype {
    /// Whole numbers of 64 bits, as answers have them.
    pub const INT64: Self = Self::Int(Width::Eight);

    /// The type of a name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        let found = NAMES.iter().find(|(known, _)| *known == name);
        found.map(|(_, datatype)| *datatype)
    }

    /// Its name.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        let found = NAMES.iter().find(|(_, datatype)| *datatype == self);
        found.map_or("BYTES", |(name, _)| name)
    }

    /// Bytes of an element; `None` of those that differ.
    #[must_use]
    pub fn size(self) -> Option<usize> {
        match self {
            Self::Bool => Some(1),
            Self::Int(width) | Self::Uint(width) => Some(width.bytes()),
            Self::Fp16 | Self::Bf16 => Some(2),
            Self::Fp32 => Some(4),
            Self::Fp64 => Some(8),
            Self::Bytes => None,
        }
    }

    /// Whether elements are numbers with a fraction, which may be missing as NaN.
    #[must_use]
    pub fn is_float(self) -> bool {
        matches!(self, Self::Fp16 | Self::Bf16 | Self::Fp32 | Self::Fp64)
    }
}

impl Width {
    fn bytes(self) -> usize {
        match self {
            Self::One => 1,
            Self::Two => 2,
            Self::Four => 4,
            Self::Eight => 8,
        }
    }
}

impl fmt::Display for Datatype {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The value of a number of half precision, which is one of double precision.
#[must_use]
pub fn half(bits: u16) -> f64 {
    let sign = if bits >> 15 == 0 { 1.0 } else { -1.0 };
    let fraction = f64::from(bits & 0x3ff);
    let magnitude = match (bits >> 10) & 0x1f {
        0 => fraction * 2f64.powi(-24),
        31 if fraction == 0.0 => f64::INFINITY,
        31 => f64::NAN,
        exponent => (1024.0 + fraction) * 2f64.powi(i32::from(exponent) - 25),
    };
    sign * magnitude
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_of_one_type_each() {
        for (name, datatype) in NAMES {
            assert_eq!(Datatype::named(name), Some(datatype));
            assert_eq!(datatype.as_str(), name);
        }
        assert_eq!(Datatype::named("FP8"), None);
    }

    /// Values that NumPy gives for `numpy.array(bits, "uint16").view("float16")`.
    #[test]
    fn half_precision_is_read_as_numpy_reads_it() {
        let cases = [
            (0x0000, 0.0),
            (0x0001, 5.960_464_477_539_063e-8),
            (0x03ff, 6.097_555_160_522_461e-5),
            (0x0400, 6.103_515_625e-5),
            (0x3c00, 1.0),
            (0x3555, 0.333_251_953_125),
            (0xc000, -2.0),
            (0x7bff, 65504.0),
            (0x7c00, f64::INFINITY),
            (0xfc00, f64::NEG_INFINITY),
        ];
        for (bits, value) in cases {
            assert_eq!(half(bits), value, "{bits:#x}");
        }
        assert!(half(0x7e00).is_nan());
        assert!(half(0x8000).is_sign_negative());
    }
}
