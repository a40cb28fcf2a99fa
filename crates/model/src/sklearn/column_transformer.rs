//! `ColumnTransformer` and `FeatureUnion`: transformers side by side.

use propenso_pickle::View;

use super::importer::{Column, Frame, Importer, column_count, inconsistent, unsupported};
use super::{columns, preprocessing};
use crate::error::Error;
use crate::transform::Transform;
use crate::transform::blocks::{Block, Blocks};

/// Imports a `ColumnTransformer` (`sklearn/compose/_column_transformer.py`).
pub(super) fn import(
    object: View<'_>,
    frame: &Frame,
    importer: &mut Importer,
) -> Result<(Transform, Frame), Error> {
    let weights = object.optional_attribute("transformer_weights")?;
    let mut blocks = Vec::new();
    let mut made = Frame::new();
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
        let inner: Frame = picked.iter().map(|column| frame[*column].clone()).collect();
        add_block(
            object,
            (name, transformer),
            (picked, &inner),
            weights,
            importer,
        )
        .map(|(block, out)| {
            blocks.push(block);
            made.extend(out);
        })?;
    }
    column_count(object, made.len())?;
    Ok((Transform::Blocks(Blocks { blocks }), made))
}

/// Imports a `FeatureUnion` (`sklearn/pipeline.py`): every transformer sees the whole row.
pub(super) fn import_union(
    object: View<'_>,
    frame: &Frame,
    importer: &mut Importer,
) -> Result<(Transform, Frame), Error> {
    let weights = object.optional_attribute("transformer_weights")?;
    let mut blocks = Vec::new();
    let mut made = Frame::new();
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
        let (block, out) = add_block(object, (name, transformer), (all, frame), weights, importer)?;
        blocks.push(block);
        made.extend(out);
    }
    column_count(object, made.len())?;
    Ok((Transform::Blocks(Blocks { blocks }), made))
}

fn add_block(
    object: View<'_>,
    (name, transformer): (View<'_>, View<'_>),
    (columns, frame): (Vec<usize>, &Frame),
    weights: Option<View<'_>>,
    importer: &mut Importer,
) -> Result<(Block, Frame), Error> {
    let (transforms, mut made) = if matches!(transformer.text(), Ok("passthrough")) {
        (Vec::new(), frame.clone())
    } else {
        preprocessing::import(transformer, frame, importer)?
    };
    let weight = weight(object, name, weights)?;
    if weight != 1.0 {
        // A weighted value is a number of its own.
        for column in &made {
            importer.reads_number(column);
        }
        made.iter_mut().for_each(|column| column.name = None);
    }
    let n_values = made.len();
    let block = Block {
        columns,
        transforms,
        weight,
        n_values,
    };
    let made: Vec<Column> = made;
    Ok((block, made))
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
