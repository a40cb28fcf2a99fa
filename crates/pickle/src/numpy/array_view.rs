//! numpy arrays as decoders see them: items in C order, converted, metered.

use crate::arena::Node;
use crate::document::Store;
use crate::numpy::array::{Array, ArrayData, Positions};
use crate::numpy::dtype::{Dtype, Kind};
use crate::numpy::scalar::{decode_utf32, read_f64, read_i64};
use crate::view::View;
use crate::view_error::ViewError;

/// An array, or one field of an array of records, as decoders see it.
///
/// All methods that return items give them in C order (last axis fastest) whatever the order in
/// memory, and charge the meter one step per item.
#[derive(Clone)]
pub struct ArrayView<'d> {
    view: View<'d>,
    store: &'d Store,
    array: &'d Array,
    /// The item's dtype: the array's own, or a field's.
    dtype: &'d Dtype,
    /// Where in the record the item starts.
    field_offset: usize,
}

impl<'d> ArrayView<'d> {
    pub(crate) fn new(view: View<'d>, store: &'d Store, array: &'d Array) -> Self {
        Self {
            view,
            store,
            array,
            dtype: &array.dtype,
            field_offset: 0,
        }
    }

    /// Lengths along each axis.
    #[must_use]
    pub fn shape(&self) -> &'d [usize] {
        &self.array.shape
    }

    /// Type of the items.
    #[must_use]
    pub fn dtype(&self) -> &'d Dtype {
        self.dtype
    }

    /// Number of items: the product of the shape.
    #[must_use]
    pub fn n_items(&self) -> usize {
        self.array
            .shape
            .iter()
            .fold(1, |count, length| count.saturating_mul(*length))
    }

    /// One field of an array of records; the shape stays.
    ///
    /// # Errors
    ///
    /// [`ViewError`] when the records have no such field.
    pub fn field(&self, name: &'static str) -> Result<Self, ViewError> {
        let field = self.optional_field(name);
        field.ok_or_else(|| {
            self.view
                .wrong_type("a record with the fields of this version")
        })
    }

    /// Gives a field as [`Self::field`] does, and `None` when the records have no such field.
    #[must_use]
    pub fn optional_field(&self, name: &str) -> Option<Self> {
        let field = self
            .dtype
            .fields()
            .iter()
            .find(|field| field.name == name)?;
        let field_offset = self.field_offset.checked_add(field.offset)?;
        Some(Self {
            dtype: &field.dtype,
            field_offset,
            ..self.clone()
        })
    }

    /// The items as doubles: booleans, integers and floats. 64-bit integers beyond 2^53 are
    /// rounded as numpy's own conversion does.
    ///
    /// # Errors
    ///
    /// [`ViewError`] for other kinds.
    pub fn f64s(&self) -> Result<Vec<f64>, ViewError> {
        let big = self.dtype.is_big_endian();
        let expected = "an array of numbers";
        match (self.dtype.kind(), self.dtype.itemsize()) {
            // Decided before the loop for the form nearly all arrays have.
            (Kind::Float, 8) if !big => self.map_raw(expected, |item| {
                Some(f64::from_le_bytes(item.try_into().ok()?))
            }),
            (Kind::Float, _) => self.map_raw(expected, |item| read_f64(item, big)),
            #[allow(clippy::cast_precision_loss, reason = "documented: as numpy converts")]
            _ => Ok(self.i64s()?.into_iter().map(|value| value as f64).collect()),
        }
    }

    /// The items as integers: booleans and integers.
    ///
    /// # Errors
    ///
    /// [`ViewError`] for other kinds, and for unsigned values beyond `i64`.
    pub fn i64s(&self) -> Result<Vec<i64>, ViewError> {
        let expected = "an array of integers";
        if (self.dtype.kind(), self.dtype.itemsize()) == (Kind::Int, 8)
            && !self.dtype.is_big_endian()
        {
            return self.map_raw(expected, |item| {
                Some(i64::from_le_bytes(item.try_into().ok()?))
            });
        }
        self.map_raw(expected, |item| read_i64(item, self.dtype))
    }

    /// The items of an array of bytes (`uint8`): a file that is kept in one.
    ///
    /// # Errors
    ///
    /// [`ViewError`] for other kinds.
    pub fn u8s(&self) -> Result<Vec<u8>, ViewError> {
        let expected = "an array of bytes";
        if (self.dtype.kind(), self.dtype.itemsize()) != (Kind::UInt, 1) {
            return Err(self.view.wrong_type(expected));
        }
        self.map_raw(expected, |item| item.first().copied())
    }

    /// The items of a `U` array as text.
    ///
    /// # Errors
    ///
    /// [`ViewError`] for other kinds, and for items that are no valid text.
    pub fn texts(&self) -> Result<Vec<String>, ViewError> {
        if self.dtype.kind() != Kind::Text {
            return Err(self.view.wrong_type("an array of text"));
        }
        self.view
            .charge(self.n_items().saturating_mul(self.dtype.itemsize()))?;
        let big = self.dtype.is_big_endian();
        self.map_raw("an array of text", |item| decode_utf32(item, big))
    }

    /// The items of an object array.
    ///
    /// # Errors
    ///
    /// [`ViewError`] for other kinds.
    pub fn objects(&self) -> Result<Vec<View<'d>>, ViewError> {
        let expected = "an array of objects";
        let ArrayData::Objects(list) = self.array.data else {
            return Err(self.view.wrong_type(expected));
        };
        let Node::List(items) = self.store.arena.node(list) else {
            return Err(self.view.wrong_type(expected));
        };
        self.view.charge(self.n_items())?;
        Positions::of(self.array)
            .map(|position| items.get(position?).map(|id| self.view.at(*id)))
            .collect::<Option<_>>()
            .ok_or_else(|| self.view.wrong_type(expected))
    }

    /// Reads every item from its bytes. Contiguous arrays, which is nearly all of a model file, are
    /// walked record by record; others by position.
    fn map_raw<T>(
        &self,
        expected: &'static str,
        read: impl Fn(&'d [u8]) -> Option<T>,
    ) -> Result<Vec<T>, ViewError> {
        let ArrayData::Raw(span) = self.array.data else {
            return Err(self.view.wrong_type(expected));
        };
        self.view
            .charge_copy(self.n_items(), self.dtype.itemsize())?;
        let bytes = self.store.bytes(span);
        let record = self.array.dtype.itemsize();
        let item = self.field_offset..self.field_offset.saturating_add(self.dtype.itemsize());
        let mut items = Vec::with_capacity(self.n_items());
        if self.array.is_contiguous() && record > 0 {
            for record in bytes.chunks_exact(record) {
                items.extend(record.get(item.clone()).and_then(&read));
            }
        } else {
            for position in Positions::of(self.array) {
                let record = position
                    .and_then(|position| position.checked_mul(record))
                    .and_then(|start| bytes.get(start..start.checked_add(record)?));
                items.extend(record.and_then(|record| read(record.get(item.clone())?)));
            }
        }
        if items.len() == self.n_items() {
            Ok(items)
        } else {
            Err(self.view.wrong_type(expected))
        }
    }
}

impl std::fmt::Debug for ArrayView<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ArrayView")
            .field("shape", &self.shape())
            .field("dtype", self.dtype)
            .finish_non_exhaustive()
    }
}
