//! skops archives: a zip of `schema.json`, a tree of nodes that each name a class and a loader, and
//! one `.npy` file per array. The archive is rewritten as the pickle it stands for and read by the
//! same machine, so one decoder, and one set of budgets, serves both.
//!
//! - `npy`: the header of an array file
//! - `program`: the pickle that is written
//!
//! Format: `skops/io/_general.py`, `_numpy.py` and `_sklearn.py` of skops 0.16 (protocol 2).
//! What has no meaning for prediction (generators, losses, methods) becomes an opaque object, as it
//! does in a pickle. Offsets in later errors are those of the rewritten pickle.

mod npy;
mod program;

use std::collections::HashSet;
use std::io::{Cursor, Read};

use serde_json::Value;
use zip::ZipArchive;

use crate::error::ErrorKind;
use crate::limits::{Limit, Limits};
use program::Program;

const SCHEMA: &str = "schema.json";

/// Largest schema. A forest of 200 trees has 3 MB.
const MAX_SCHEMA: u64 = 32 << 20;

/// Values in the schema, each of some 100 bytes in memory. A forest of 200 trees has 67,000.
const MAX_SCHEMA_VALUES: usize = 750_000;

/// Whether a file is a zip archive, which no pickle is.
pub(crate) fn looks_like_archive(file: &[u8]) -> bool {
    file.starts_with(b"PK\x03\x04")
}

/// Whether a file is an archive with a schema.
pub(crate) fn is_skops(file: &[u8]) -> bool {
    looks_like_archive(file)
        && ZipArchive::new(Cursor::new(file))
            .is_ok_and(|archive| archive.index_for_name(SCHEMA).is_some())
}

/// The pickle that an archive stands for.
pub(crate) fn to_pickle(file: &[u8], limits: &Limits) -> Result<Vec<u8>, ErrorKind> {
    let archive = ZipArchive::new(Cursor::new(file)).map_err(|_| ErrorKind::NotAPickle)?;
    if archive.index_for_name(SCHEMA).is_none() {
        return Err(ErrorKind::NotAPickle);
    }
    let mut writer = Writer {
        archive,
        program: Program::new(),
        arrays: HashSet::new(),
        limits,
    };
    let allowed = u64::try_from(limits.output_bytes).unwrap_or(u64::MAX);
    let schema = writer.member(SCHEMA, MAX_SCHEMA.min(allowed))?;
    // Each value follows one of these; in memory it is many times the two bytes it may be here.
    let n_values = schema.iter().filter(|byte| b"[{,".contains(byte)).count();
    if n_values > MAX_SCHEMA_VALUES {
        return Err(ErrorKind::Skops("its schema holds too many values"));
    }
    // Nesting is bounded by serde_json, at 128.
    let schema: Value = serde_json::from_slice(&schema)
        .map_err(|_| ErrorKind::Skops("its schema is not JSON, or nested too deeply"))?;
    writer.node(&schema)?;
    Ok(writer.program.finish())
}

struct Writer<'f> {
    archive: ZipArchive<Cursor<&'f [u8]>>,
    program: Program,
    /// Array files that were used. Each belongs to one array.
    arrays: HashSet<String>,
    limits: &'f Limits,
}

impl Writer<'_> {
    /// A member's bytes, of which there may be so many whatever the archive says.
    fn member(&mut self, name: &str, limit: u64) -> Result<Vec<u8>, ErrorKind> {
        let member = self
            .archive
            .by_name(name)
            .map_err(|_| ErrorKind::Skops("a part of it is missing or damaged"))?;
        let mut bytes = Vec::new();
        member
            .take(limit.saturating_add(1))
            .read_to_end(&mut bytes)
            .map_err(|_| ErrorKind::Skops("a part of it is damaged"))?;
        if u64::try_from(bytes.len()).map_or(true, |length| length > limit) {
            return Err(ErrorKind::limit(
                Limit::OutputBytes,
                self.limits.output_bytes,
            ));
        }
        Ok(bytes)
    }

    fn check_size(&self) -> Result<(), ErrorKind> {
        if self.program.len() > self.limits.output_bytes {
            return Err(ErrorKind::limit(
                Limit::OutputBytes,
                self.limits.output_bytes,
            ));
        }
        Ok(())
    }

    /// Writes a node. One that was written before is recalled by its number.
    fn node(&mut self, node: &Value) -> Result<(), ErrorKind> {
        self.check_size()?;
        let loader = text(node, "__loader__")?;
        if loader == "JsonNode" {
            return self.json(node);
        }
        let id = node.get("__id__").and_then(Value::as_u64);
        if let Some(id) = id
            && self.program.recall(id)
        {
            return Ok(());
        }
        match loader {
            "ListNode" => self.sequence(node, Program::list)?,
            "TupleNode" => self.sequence(node, Program::tuple)?,
            "SetNode" => self.sequence(node, Program::set)?,
            "DictNode" | "DefaultDictNode" => self.dict(node)?,
            "ObjectNode" => self.object(node)?,
            "TreeNode" => self.tree(node)?,
            "NdArrayNode" => self.array(node)?,
            "TypeNode" => self.class(node)?,
            "FunctionNode" => self.function(node)?,
            "PartialNode" => self.partial(node)?,
            "SliceNode" => self.slice(node)?,
            "CachedNode" => return Err(ErrorKind::Skops("a node refers to none before it")),
            // Opaque, as everything is that prediction does not need.
            _ => {
                self.class(node)?;
                self.program.new_object();
            }
        }
        if let Some(id) = id {
            self.program.memoize(id);
        }
        Ok(())
    }

    /// A plain value, which is JSON inside a text of the schema.
    fn json(&mut self, node: &Value) -> Result<(), ErrorKind> {
        let content = text(node, "content")?;
        match content {
            "NaN" => self.program.float(f64::NAN),
            "Infinity" => self.program.float(f64::INFINITY),
            "-Infinity" => self.program.float(f64::NEG_INFINITY),
            _ => {
                let value: Value = serde_json::from_str(content)
                    .map_err(|_| ErrorKind::Skops("a plain value is not JSON"))?;
                self.plain(&value)?;
            }
        }
        Ok(())
    }

    fn plain(&mut self, value: &Value) -> Result<(), ErrorKind> {
        match value {
            Value::Null => self.program.none(),
            Value::Bool(flag) => self.program.boolean(*flag),
            Value::String(text) => self.program.text(text),
            Value::Number(number) => match (number.as_i64(), number.as_f64()) {
                (Some(integer), _) => self.program.integer(integer),
                (None, Some(float)) => self.program.float(float),
                (None, None) => return Err(ErrorKind::Skops("a number is out of range")),
            },
            Value::Array(_) | Value::Object(_) => {
                return Err(ErrorKind::Skops("a plain value is a container"));
            }
        }
        Ok(())
    }

    fn sequence(&mut self, node: &Value, close: fn(&mut Program)) -> Result<(), ErrorKind> {
        let items = node
            .get("content")
            .and_then(Value::as_array)
            .ok_or(ErrorKind::Skops("a list has no content"))?;
        self.program.mark();
        for item in items {
            self.node(item)?;
        }
        close(&mut self.program);
        Ok(())
    }

    fn dict(&mut self, node: &Value) -> Result<(), ErrorKind> {
        let entries = node
            .get("content")
            .and_then(Value::as_object)
            .ok_or(ErrorKind::Skops("a dict has no content"))?;
        self.program.mark();
        for (key, value) in entries {
            self.program.text(key);
            self.node(value)?;
        }
        self.program.dict();
        Ok(())
    }

    /// An object: its class, and its state if it has one.
    fn object(&mut self, node: &Value) -> Result<(), ErrorKind> {
        self.class(node)?;
        self.program.new_object();
        match node.get("content") {
            None | Some(Value::Null) => Ok(()),
            Some(state) => {
                self.node(state)?;
                self.program.build();
                Ok(())
            }
        }
    }

    /// A `Tree`, whose constructor has arguments.
    fn tree(&mut self, node: &Value) -> Result<(), ErrorKind> {
        let missing = ErrorKind::Skops("a tree lacks its arguments or its state");
        let arguments = node.pointer("/__reduce__/args").ok_or(missing.clone())?;
        let state = node.get("content").ok_or(missing)?;
        self.class(node)?;
        self.node(arguments)?;
        self.program.reduce();
        self.node(state)?;
        self.program.build();
        Ok(())
    }

    fn class(&mut self, node: &Value) -> Result<(), ErrorKind> {
        let (module, name) = (text(node, "__module__")?, text(node, "__class__")?);
        self.global(module, name)
    }

    fn global(&mut self, module: &str, name: &str) -> Result<(), ErrorKind> {
        if module.contains('\n') || name.contains('\n') {
            return Err(ErrorKind::Skops("a name has a line break"));
        }
        self.program.global(module, name);
        Ok(())
    }

    fn function(&mut self, node: &Value) -> Result<(), ErrorKind> {
        let content = node.get("content").unwrap_or(&Value::Null);
        match (text(content, "module_path"), text(content, "function")) {
            (Ok(module), Ok(name)) => self.global(module, name),
            _ => self.class(node),
        }
    }

    /// `functools.partial`, with the function it is of, as in a pickle. Its arguments have no meaning here.
    fn partial(&mut self, node: &Value) -> Result<(), ErrorKind> {
        let function = node.pointer("/content/func");
        let function = function.ok_or(ErrorKind::Skops("a partial has no function"))?;
        self.program.global("functools", "partial");
        self.program.mark();
        self.node(function)?;
        self.program.tuple();
        self.program.reduce();
        Ok(())
    }

    fn slice(&mut self, node: &Value) -> Result<(), ErrorKind> {
        self.program.global("builtins", "slice");
        self.program.mark();
        for part in ["start", "stop", "step"] {
            let part = node
                .pointer("/content")
                .and_then(|content| content.get(part));
            self.plain(part.unwrap_or(&Value::Null))?;
        }
        self.program.tuple();
        self.program.reduce();
        Ok(())
    }

    /// An array, a scalar, or an array of objects.
    fn array(&mut self, node: &Value) -> Result<(), ErrorKind> {
        if text(node, "type")? == "json" {
            return self.object_array(node);
        }
        let name = text(node, "file")?.to_owned();
        if !self.arrays.insert(name.clone()) {
            return Err(ErrorKind::Skops("two arrays share a file"));
        }
        let limit = u64::try_from(self.limits.output_bytes).unwrap_or(u64::MAX);
        let bytes = self.member(&name, limit)?;
        let array = npy::parse(&bytes)?;
        let is_scalar = array.shape.is_empty() && text(node, "__class__")? != "ndarray";
        if is_scalar {
            self.program.scalar(&array);
        } else {
            self.program.array(&array);
        }
        self.check_size()
    }

    fn object_array(&mut self, node: &Value) -> Result<(), ErrorKind> {
        let missing = ErrorKind::Skops("an array of objects lacks its shape or content");
        let shape = node.get("shape").ok_or(missing.clone())?;
        self.program.begin_array();
        self.node(shape)?;
        self.program.object_dtype();
        self.program.boolean(false);
        let n_axes = shape
            .get("content")
            .and_then(Value::as_array)
            .map_or(1, Vec::len);
        self.object_items(node.get("content").ok_or(missing)?, n_axes)?;
        self.program.end_array();
        Ok(())
    }

    /// The items of an array of objects, in C order: lists inside lists, one level per axis.
    fn object_items(&mut self, content: &Value, n_axes: usize) -> Result<(), ErrorKind> {
        self.program.mark();
        let mut pending = vec![(content, 0)];
        while let Some((item, level)) = pending.pop() {
            let inner = match item {
                Value::Array(items) => Some(items),
                _ if level < n_axes => item.get("content").and_then(Value::as_array),
                _ => None,
            };
            match inner {
                Some(items) => {
                    let next = level.saturating_add(1);
                    pending.extend(items.iter().rev().map(|item| (item, next)));
                }
                None => self.node(item)?,
            }
        }
        self.program.list();
        Ok(())
    }
}

fn text<'v>(node: &'v Value, key: &str) -> Result<&'v str, ErrorKind> {
    node.get(key)
        .and_then(Value::as_str)
        .ok_or(ErrorKind::Skops(
            "a node lacks its class, its loader or its content",
        ))
}
