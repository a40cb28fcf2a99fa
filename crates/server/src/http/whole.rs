//! Whole numbers of a body. JSON has one kind of number, and some programs write every number with a point: `3.0` is 3.

use std::fmt;
use std::marker::PhantomData;

use serde::de::{Deserializer, Error, Unexpected, Visitor};

/// From here on there are no more: 2 to the power of 64.
const END: f64 = 18_446_744_073_709_551_616.0;

/// Reads a whole number from 0 on, or null, which is none.
pub(super) fn read<'de, D: Deserializer<'de>, T: TryFrom<u64>>(
    json: D,
) -> Result<Option<T>, D::Error> {
    json.deserialize_option(Whole(PhantomData))
}

struct Whole<T>(PhantomData<T>);

impl<'de, T: TryFrom<u64>> Visitor<'de> for Whole<T> {
    type Value = Option<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a whole number from 0 on, or null")
    }

    fn visit_none<E: Error>(self) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_unit<E: Error>(self) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_some<D: Deserializer<'de>>(self, json: D) -> Result<Self::Value, D::Error> {
        json.deserialize_any(self)
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<Self::Value, E> {
        let read = T::try_from(number);
        read.map(Some)
            .map_err(|_| E::invalid_value(Unexpected::Unsigned(number), &self))
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<Self::Value, E> {
        if number.fract() != 0.0 || !(0.0..END).contains(&number) {
            return Err(E::invalid_type(Unexpected::Float(number), &self));
        }
        self.visit_u64(number as u64)
    }
}
