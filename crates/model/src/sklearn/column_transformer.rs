//! `ColumnTransformer` and `FeatureUnion`: transformers side by side.

use propenso_pickle::View;

use super::frame::{Column, Dtype, Frame, Matrix, Storage};
use super::importer::{Importer, column_count, inconsistent, unsupported};
use super::{columns, header, preprocessing};
use crate::error::Error;
use crate::transform::Transform;
use crate::transform::blocks::{Block, Blocks};

/// Imports a `ColumnTransformer` (`sklearn/compose/_column_transformer.py`).
pub(super) fn import(
    object: View<'_>,
    frame: &Frame,
    importer: &mut Importer,
) -> Result<(Transform, Frame), Error> {
    let mut side_by_side = SideBySide::new(object)?;
    for part in object.attribute("transformers_")?.items()? {
        let parts: Vec<_> = part.items()?.collect();
        let [name, transformer, specification] = parts[..] else {
            return Err(inconsistent(
                object,
                "a transformer is a name, an object and its columns",
            ));
        };
        if matches!(transformer.text(), Ok("drop")) {
            continue;
        }
        if let Some(class) = columns::unreadable(specification)? {
            let name = name.text().unwrap_or_default();
            return Err(unsupported(
                object,
                format!(
                    "the columns of its transformer {name:.60?} given as a {}",
                    class.name
                ),
            )
            .advised("Give them as a list, list(columns), fit again and save that"));
        }
        let picked = columns::positions(object, specification, frame)?;
        // Nothing was fitted for no columns.
        if picked.is_empty() {
            continue;
        }
        let inner = frame.pick(&picked);
        let part = Part {
            name,
            transformer,
            columns: picked,
            frame: &inner,
        };
        side_by_side.add(part, importer)?;
    }
    // Whether there were few enough values other than zero was decided when it was fitted.
    let is_sparse = header::flag(object, "sparse_output_", false)?;
    side_by_side.finish(is_sparse)
}

/// Imports a `FeatureUnion` (`sklearn/pipeline.py`): every transformer sees the whole row.
pub(super) fn import_union(
    object: View<'_>,
    frame: &Frame,
    importer: &mut Importer,
) -> Result<(Transform, Frame), Error> {
    let mut side_by_side = SideBySide::new(object)?;
    for part in object.attribute("transformer_list")?.items()? {
        let parts: Vec<_> = part.items()?.collect();
        let [name, transformer] = parts[..] else {
            return Err(inconsistent(
                object,
                "a transformer is a name and an object",
            ));
        };
        if matches!(transformer.text(), Ok("drop")) || transformer.is_none() {
            continue;
        }
        let all = (0..frame.len()).collect();
        let part = Part {
            name,
            transformer,
            columns: all,
            frame,
        };
        side_by_side.add(part, importer)?;
    }
    let is_sparse = side_by_side.has_sparse;
    side_by_side.finish(is_sparse)
}

/// Transformers that are imported side by side.
struct SideBySide<'d> {
    object: View<'d>,
    weights: Option<View<'d>>,
    blocks: Vec<Block>,
    columns: Vec<Column>,
    matrices: Vec<Matrix>,
    has_sparse: bool,
}

/// A transformer, by its name, and the columns it is for.
struct Part<'p> {
    name: View<'p>,
    transformer: View<'p>,
    columns: Vec<usize>,
    frame: &'p Frame,
}

impl<'d> SideBySide<'d> {
    fn new(object: View<'d>) -> Result<Self, Error> {
        Ok(Self {
            object,
            weights: object.optional_attribute("transformer_weights")?,
            blocks: Vec::new(),
            columns: Vec::new(),
            matrices: Vec::new(),
            has_sparse: false,
        })
    }

    /// Adds a transformer over some columns.
    fn add(&mut self, part: Part<'_>, importer: &mut Importer) -> Result<(), Error> {
        let Part {
            name,
            transformer,
            columns,
            frame,
        } = part;
        let (transforms, mut made) = if matches!(transformer.text(), Ok("passthrough")) {
            (Vec::new(), frame.clone())
        } else {
            preprocessing::import(transformer, frame, importer)?
        };
        let weight = weight(self.object, name, self.weights)?;
        if weight != 1.0 {
            self.weigh(weight, &mut made, importer)?;
        }
        self.blocks.push(Block {
            columns,
            transforms,
            weight,
            n_values: made.len(),
        });
        self.has_sparse |= made.matrix.is_sparse();
        self.matrices.push(made.matrix);
        self.columns.extend(made.columns);
        Ok(())
    }

    /// Notes what a weight makes of a block's columns: a weighted value is a number of its own.
    fn weigh(&self, weight: f64, made: &mut Frame, importer: &mut Importer) -> Result<(), Error> {
        if made.matrix.dtype == Dtype::Single {
            return Err(unsupported(self.object, "a weighted block of float32"));
        }
        for column in &mut made.columns {
            importer.reads_number(column);
            column.name = None;
        }
        if weight == 0.0 && made.matrix.is_sparse() {
            made.matrix.storage = Storage::SparseWithZeros;
        }
        Ok(())
    }

    fn finish(self, is_sparse: bool) -> Result<(Transform, Frame), Error> {
        column_count(self.object, self.columns.len())?;
        let matrix = Matrix::side_by_side(&self.matrices, is_sparse);
        let blocks = Transform::Blocks(Blocks {
            blocks: self.blocks,
        });
        let columns = self.columns;
        Ok((blocks, Frame { columns, matrix }))
    }
}

fn weight(object: View<'_>, name: View<'_>, weights: Option<View<'_>>) -> Result<f64, Error> {
    let Some(weights) = weights.filter(|weights| !weights.is_none()) else {
        return Ok(1.0);
    };
    let name = name.text()?;
    let mut found = 1.0;
    for (key, weight) in weights.entries()? {
        if key.text() == Ok(name) && !weight.is_none() {
            found = weight.float()?;
        }
    }
    if f64::is_finite(found) {
        Ok(found)
    } else {
        Err(inconsistent(object, "a weight is not finite"))
    }
}
