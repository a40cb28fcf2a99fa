//! numpy arrays as stored: raw records or references to objects, any memory order.

use std::sync::Arc;

use crate::arena::{Node, NodeId, Span};
use crate::construct::Construct;
use crate::error::ErrorKind;
use crate::limits::Limit;
use crate::numpy::dtype::Dtype;

/// An array as stored. Made only by constructors that have checked that the data is exactly
/// `product(shape)` items long.
#[derive(Debug)]
pub(crate) struct Array {
    pub(super) dtype: Arc<Dtype>,
    pub(super) shape: Box<[usize]>,
    /// Distance between neighbours along each axis, in items.
    strides: Box<[usize]>,
    pub(super) data: ArrayData,
}

#[derive(Debug, Clone, Copy)]
pub(super) enum ArrayData {
    Raw(Span),
    /// The list that holds the items. It may be changed later by a hostile file, so its length is
    /// looked at again when it is read.
    Objects(NodeId),
}

/// How the axes of an array lie in memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Order {
    C,
    Fortran,
}

impl Array {
    /// An array of raw items.
    pub(crate) fn raw(
        dtype: Arc<Dtype>,
        shape: Vec<usize>,
        order: Order,
        data: Span,
    ) -> Result<Self, ErrorKind> {
        if dtype.has_object() {
            return Err(ErrorKind::InvalidArray("objects cannot be raw bytes"));
        }
        if byte_length(&dtype, &shape)? != data.len {
            return Err(ErrorKind::InvalidArray("the data does not fill the shape"));
        }
        Self::new(dtype, shape, order, ArrayData::Raw(data))
    }

    /// What `BUILD` makes of a reconstructed array: state `(1, shape, dtype, is_fortran, data)`.
    pub(crate) fn from_state(construct: &Construct<'_>, state: NodeId) -> Result<Self, ErrorKind> {
        let [version, shape, dtype, fortran, data] = construct.tuple(state)? else {
            return Err(ErrorKind::InvalidArray("the state has the wrong length"));
        };
        if construct.integer(*version)? != 1 {
            return Err(ErrorKind::InvalidArray("only state version 1 is supported"));
        }
        let shape = shape_of(construct, *shape)?;
        let dtype = construct.dtype(*dtype)?;
        let order = if construct.boolean(*fortran)? {
            Order::Fortran
        } else {
            Order::C
        };
        if dtype.has_object() {
            let Node::List(items) = construct.node(*data) else {
                return Err(construct.wrong_type("a list of objects", *data));
            };
            if items.len() != item_count(&shape)? {
                return Err(ErrorKind::InvalidArray("the objects do not fill the shape"));
            }
            return Self::new(dtype, shape, order, ArrayData::Objects(*data));
        }
        Self::raw(dtype, shape, order, construct.byte_span(*data)?)
    }

    /// What `_frombuffer(buffer, dtype, shape, order[, axis_order])` makes.
    pub(crate) fn from_buffer(construct: &Construct<'_>, args: NodeId) -> Result<Self, ErrorKind> {
        let (buffer, dtype, shape, order, axes) = match construct.tuple(args)? {
            [buffer, dtype, shape, order] => (*buffer, *dtype, *shape, *order, None),
            [buffer, dtype, shape, order, axes] => (*buffer, *dtype, *shape, *order, Some(*axes)),
            _ => {
                return Err(ErrorKind::InvalidArray(
                    "_frombuffer takes 4 or 5 arguments",
                ));
            }
        };
        let data = construct.byte_span(buffer)?;
        let dtype = construct.dtype(dtype)?;
        let shape = shape_of(construct, shape)?;
        match (construct.text_or_ascii(order)?, axes) {
            ("C", _) => Self::raw(dtype, shape, Order::C, data),
            ("F", _) => Self::raw(dtype, shape, Order::Fortran, data),
            ("K", Some(axes)) => {
                let axes = shape_of(construct, axes)?;
                Self::raw(dtype, shape, Order::C, data)?.transposed(&axes)
            }
            _ => Err(ErrorKind::InvalidArray("unknown memory order")),
        }
    }

    fn new(
        dtype: Arc<Dtype>,
        shape: Vec<usize>,
        order: Order,
        data: ArrayData,
    ) -> Result<Self, ErrorKind> {
        let mut strides = vec![1_usize; shape.len()];
        let mut distance: usize = 1;
        let mut step = |(stride, length): (&mut usize, &usize)| {
            *stride = distance;
            // A zero-length axis makes every distance irrelevant.
            distance = distance.checked_mul((*length).max(1)).ok_or(TOO_LARGE)?;
            Ok(())
        };
        match order {
            Order::C => strides
                .iter_mut()
                .zip(&shape)
                .rev()
                .try_for_each(&mut step)?,
            Order::Fortran => strides.iter_mut().zip(&shape).try_for_each(&mut step)?,
        }
        Ok(Self {
            dtype,
            shape: shape.into(),
            strides: strides.into(),
            data,
        })
    }

    /// numpy's `transpose(axes)`: axis `i` of the result is axis `axes[i]` of `self`.
    fn transposed(self, axes: &[usize]) -> Result<Self, ErrorKind> {
        let mut seen = vec![false; self.shape.len()];
        let mut shape = Vec::with_capacity(axes.len());
        let mut strides = Vec::with_capacity(axes.len());
        for axis in axes {
            match (
                seen.get_mut(*axis),
                self.shape.get(*axis),
                self.strides.get(*axis),
            ) {
                (Some(seen), Some(length), Some(stride)) if !*seen => {
                    *seen = true;
                    shape.push(*length);
                    strides.push(*stride);
                }
                _ => return Err(ErrorKind::InvalidArray("the axis order is no permutation")),
            }
        }
        if shape.len() != self.shape.len() {
            return Err(ErrorKind::InvalidArray("the axis order is no permutation"));
        }
        Ok(Self {
            shape: shape.into(),
            strides: strides.into(),
            ..self
        })
    }

    pub(crate) fn shape(&self) -> &[usize] {
        &self.shape
    }

    pub(crate) fn has_object(&self) -> bool {
        self.dtype.has_object()
    }

    /// Whether items in C order are also in memory order.
    pub(super) fn is_contiguous(&self) -> bool {
        let mut distance: usize = 1;
        self.shape
            .iter()
            .zip(&self.strides)
            .rev()
            .all(|(length, stride)| {
                let follows = *length == 1 || *stride == distance;
                distance = distance.saturating_mul(*length);
                follows
            })
    }

    /// Memory this value takes beyond its node and its data, for the budget of derived bytes.
    pub(crate) fn derived_bytes(&self) -> usize {
        self.shape
            .len()
            .saturating_mul(16)
            .saturating_add(size_of::<Self>())
    }
}

const TOO_LARGE: ErrorKind = ErrorKind::InvalidArray("the shape is too large");

/// A tuple of lengths.
pub(crate) fn shape_of(construct: &Construct<'_>, id: NodeId) -> Result<Vec<usize>, ErrorKind> {
    let lengths = construct.tuple(id)?;
    let allowed = construct.limits.array_dimensions;
    if lengths.len() > allowed {
        return Err(ErrorKind::limit(Limit::ArrayDimensions, allowed));
    }
    lengths
        .iter()
        .map(|length| {
            usize::try_from(construct.integer(*length)?)
                .map_err(|_| ErrorKind::InvalidArray("a negative length"))
        })
        .collect()
}

fn item_count(shape: &[usize]) -> Result<usize, ErrorKind> {
    shape
        .iter()
        .try_fold(1_usize, |count, length| count.checked_mul(*length))
        .ok_or(TOO_LARGE)
}

/// Bytes that an array's data takes. Items of no bytes are refused: any number of them would fit.
pub(crate) fn byte_length(dtype: &Dtype, shape: &[usize]) -> Result<usize, ErrorKind> {
    let count = item_count(shape)?;
    if dtype.itemsize() == 0 && count > 0 {
        return Err(ErrorKind::InvalidArray("items of no bytes"));
    }
    count.checked_mul(dtype.itemsize()).ok_or(TOO_LARGE)
}

/// Positions in memory of an array's items, in C order of its axes.
pub(super) struct Positions<'a> {
    array: &'a Array,
    index: Vec<usize>,
    left: usize,
}

impl<'a> Positions<'a> {
    pub(super) fn of(array: &'a Array) -> Self {
        let left = array
            .shape
            .iter()
            .fold(1, |count: usize, n| count.saturating_mul(*n));
        Self {
            array,
            index: vec![0; array.shape.len()],
            left,
        }
    }

    fn advance(&mut self) {
        for (index, length) in self.index.iter_mut().zip(&self.array.shape).rev() {
            *index = index.saturating_add(1);
            if *index < *length {
                return;
            }
            *index = 0;
        }
    }
}

impl Iterator for Positions<'_> {
    /// `None` inside stands for a position beyond what memory can hold; constructors exclude it.
    type Item = Option<usize>;

    fn next(&mut self) -> Option<Self::Item> {
        self.left = self.left.checked_sub(1)?;
        let position = self
            .index
            .iter()
            .zip(&self.array.strides)
            .try_fold(0_usize, |sum, (i, stride)| {
                sum.checked_add(i.checked_mul(*stride)?)
            });
        self.advance();
        Some(position)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.left, Some(self.left))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn array(shape: &[usize], order: Order) -> Array {
        let dtype = Arc::new(Dtype::from_text("u1", false).unwrap());
        let len = shape.iter().product();
        Array::raw(dtype, shape.to_vec(), order, Span::source(0, len)).unwrap()
    }

    fn positions(array: &Array) -> Vec<usize> {
        Positions::of(array).map(Option::unwrap).collect()
    }

    #[test]
    fn items_come_in_c_order() {
        assert_eq!(positions(&array(&[2, 3], Order::C)), [0, 1, 2, 3, 4, 5]);
        assert_eq!(
            positions(&array(&[2, 3], Order::Fortran)),
            [0, 2, 4, 1, 3, 5]
        );
        let transposed = array(&[2, 3], Order::C).transposed(&[1, 0]).unwrap();
        assert_eq!(transposed.shape(), [3, 2]);
        assert_eq!(positions(&transposed), [0, 3, 1, 4, 2, 5]);
        assert_eq!(positions(&array(&[], Order::C)), [0]);
        assert_eq!(positions(&array(&[2, 0, 3], Order::C)), Vec::<usize>::new());
        assert!(array(&[2, 3], Order::C).is_contiguous());
        assert!(array(&[4, 1], Order::Fortran).is_contiguous());
        assert!(!array(&[2, 3], Order::Fortran).is_contiguous());
        assert!(!transposed.is_contiguous());
    }

    #[test]
    fn wrong_axis_orders() {
        for axes in [&[0, 0][..], &[0], &[0, 2], &[0, 1, 1]] {
            assert!(array(&[2, 3], Order::C).transposed(axes).is_err());
        }
    }
}
