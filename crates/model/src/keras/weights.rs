//! The arrays of a Keras model, by layer.

use hdf5_reader::group::Group;
use hdf5_reader::messages::datatype::Datatype;
use hdf5_reader::{ByteOrder, Hdf5File, OpenOptions};

use super::{malformed, unsupported};
use crate::error::Error;

/// Bytes that may be read at once from a file however small it is.
const SMALL_READ: usize = 1 << 20;

/// The HDF5 file with the weights.
pub(super) struct Weights {
    root: Group,
    layout: Layout,
}

/// How a layer's arrays are found.
enum Layout {
    /// `.h5`: `model_weights/<layer>` with the names of its arrays in an attribute.
    Legacy,
    /// `.keras`: groups named after classes, numbered where there are several, with `vars/0`, ….
    Archive,
}

/// An array.
pub(super) struct Array {
    pub(super) shape: Vec<usize>,
    pub(super) values: Vec<f64>,
}

impl Weights {
    /// Opens a file's bytes. External links and files are never followed.
    pub(super) fn open(bytes: Vec<u8>) -> Result<Self, Error> {
        // Arrays may be compressed, but not without bound.
        let most = bytes.len().saturating_mul(4).max(SMALL_READ);
        let options = OpenOptions::default()
            .with_max_read_bytes(most)
            .with_max_chunk_bytes(most)
            .with_max_object_header_bytes(SMALL_READ);
        let root = Hdf5File::from_vec_with_options(bytes, options)
            .and_then(|file| file.root_group())
            .map_err(|error| malformed("the HDF5 file", error.to_string()))?;
        let layout = match root.group("model_weights") {
            Ok(_) => Layout::Legacy,
            Err(_) => Layout::Archive,
        };
        Ok(Self { root, layout })
    }

    /// The configuration and the version that an `.h5` file carries.
    pub(super) fn legacy_config(&self, most: u64) -> Result<(String, String), Error> {
        let text = |name: &str| {
            self.root
                .attribute(name)
                .and_then(|attribute| attribute.read_string())
        };
        let config = text("model_config").map_err(|_| {
            malformed(
                "the HDF5 file",
                "it has no model_config; save the whole model, not its weights alone",
            )
        })?;
        if config.len() as u64 > most {
            return Err(malformed(
                "model_config",
                format!("it is larger than {most} bytes"),
            ));
        }
        Ok((config, text("keras_version").unwrap_or_default()))
    }

    /// The arrays of a layer, by name and by class: in an archive it is the `nth` of its class.
    pub(super) fn of_layer(
        &self,
        name: &str,
        class: &str,
        nth: usize,
    ) -> Result<Vec<Array>, Error> {
        let wrong = |error: hdf5_reader::error::Error| malformed(name, error.to_string());
        match self.layout {
            Layout::Legacy => {
                let group = self.root.group("model_weights").map_err(wrong)?;
                let group = group.group(name).map_err(wrong)?;
                let names = group
                    .attribute("weight_names")
                    .and_then(|attribute| attribute.read_strings())
                    .map_err(wrong)?;
                let array = |path: &String| read(&group, path, name);
                names.iter().map(array).collect()
            }
            Layout::Archive => {
                let group = self
                    .archived(name, class, nth)?
                    .group("vars")
                    .map_err(wrong)?;
                let (_, mut names) = group.member_names().map_err(wrong)?;
                names.sort_by_key(|name| name.parse::<usize>().unwrap_or(usize::MAX));
                names.iter().map(|path| read(&group, path, name)).collect()
            }
        }
    }

    /// The `nth` group of a class. Keras numbers them `dense`, `dense_1`, …, and 2.12 by twos.
    fn archived(&self, name: &str, class: &str, nth: usize) -> Result<Group, Error> {
        let wrong = |error: hdf5_reader::error::Error| malformed(name, error.to_string());
        let container = ["layers", "_layer_checkpoint_dependencies"]
            .iter()
            .find_map(|path| self.root.group(path).ok())
            .ok_or_else(|| malformed("the weights", "there is no group of layers"))?;
        let (names, _) = container.member_names().map_err(wrong)?;
        let base = snake_case(class);
        let number = |group: &String| {
            let rest = group.strip_prefix(&base)?;
            match rest.strip_prefix('_') {
                Some(digits) => digits.parse::<usize>().ok(),
                None => rest.is_empty().then_some(0),
            }
        };
        let mut numbered: Vec<(usize, &String)> = names
            .iter()
            .filter_map(|group| Some((number(group)?, group)))
            .collect();
        numbered.sort_unstable();
        let (_, group) = numbered
            .get(nth)
            .ok_or_else(|| malformed(name, "the file has no weights for this layer"))?;
        container.group(group).map_err(wrong)
    }
}

fn read(group: &Group, path: &str, layer: &str) -> Result<Array, Error> {
    let wrong = |error: hdf5_reader::error::Error| malformed(layer, error.to_string());
    let mut group = group.clone();
    let mut parts = path.split('/').filter(|part| !part.is_empty()).peekable();
    let mut dataset = None;
    while let Some(part) = parts.next() {
        if parts.peek().is_some() {
            group = group.group(part).map_err(wrong)?;
        } else {
            dataset = Some(group.dataset(part).map_err(wrong)?);
        }
    }
    let dataset = dataset.ok_or_else(|| malformed(layer, "an array without a name"))?;
    let shape = dataset
        .shape()
        .iter()
        .map(|length| usize::try_from(*length));
    let shape: Vec<usize> = shape
        .collect::<Result<_, _>>()
        .map_err(|_| malformed(layer, "an array is too large"))?;
    let bytes = dataset.read_raw_bytes().map_err(wrong)?;
    let values = match dataset.dtype() {
        Datatype::FloatingPoint {
            size: 4,
            byte_order: ByteOrder::LittleEndian,
        } => {
            let (items, _) = bytes.as_chunks::<4>();
            items
                .iter()
                .map(|item| f64::from(f32::from_le_bytes(*item)))
                .collect()
        }
        Datatype::FloatingPoint {
            size: 8,
            byte_order: ByteOrder::LittleEndian,
        } => {
            let (items, _) = bytes.as_chunks::<8>();
            items.iter().map(|item| f64::from_le_bytes(*item)).collect()
        }
        other => return Err(unsupported(layer, format!("an array of {other:?}"))),
    };
    Ok(Array { shape, values })
}

/// `BatchNormalization` to `batch_normalization`.
fn snake_case(class: &str) -> String {
    let mut name = String::new();
    for character in class.chars() {
        if character.is_uppercase() && !name.is_empty() {
            name.push('_');
        }
        name.extend(character.to_lowercase());
    }
    name
}
