//! What `REDUCE`, `NEWOBJ` and `BUILD` make. A dozen constructors whose result is plain data are
//! understood here; everything else stays an opaque [`Object`].
//!
//! To teach the reader one more constructor: add it to [`Constructor`], to the table in
//! [`Constructor::of`], and to the match in [`call`].

use std::sync::Arc;

use crate::arena::{Arena, Node, NodeId, Object, Span};
use crate::document::Globals;
use crate::error::ErrorKind;
use crate::limits::Limits;
use crate::numpy::array::Array;
use crate::numpy::dtype::Dtype;
use crate::numpy::scalar::Scalar;
use crate::source::Source;

/// A callable with a known, harmless meaning.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Constructor {
    Dtype,
    Reconstruct,
    Scalar,
    FromBuffer,
    Encode,
    Bytes,
    CopyregReconstructor,
    /// dill's way to make an array: what is called, its arguments and the array's state, in one call.
    DillArray,
    /// dill's way to name a type of Python itself.
    DillType,
    /// How the method of a class is named.
    Getattr,
    /// joblib's stand-in for an array whose data follows in the file.
    JoblibWrapper,
    /// The stand-ins of joblib 0.9 and older, whose data is in another file.
    LegacyJoblibWrapper,
}

impl Constructor {
    /// The constructor a (module, name) pair stands for. numpy 2 moved `numpy.core` to
    /// `numpy._core`; protocol 2 uses Python 2's module names.
    pub(crate) fn of(module: &str, name: &str) -> Option<Self> {
        Some(match (module, name) {
            ("numpy", "dtype") => Self::Dtype,
            ("numpy.core.multiarray" | "numpy._core.multiarray", "_reconstruct") => {
                Self::Reconstruct
            }
            ("numpy.core.multiarray" | "numpy._core.multiarray", "scalar") => Self::Scalar,
            ("numpy.core.numeric" | "numpy._core.numeric", "_frombuffer") => Self::FromBuffer,
            ("_codecs", "encode") => Self::Encode,
            ("builtins" | "__builtin__", "bytes" | "bytearray") => Self::Bytes,
            ("copyreg" | "copy_reg", "_reconstructor") => Self::CopyregReconstructor,
            ("dill._dill" | "dill.dill", "_create_array") => Self::DillArray,
            ("dill._dill" | "dill.dill", "_load_type") => Self::DillType,
            ("builtins" | "__builtin__", "getattr") => Self::Getattr,
            (
                "joblib.numpy_pickle" | "sklearn.externals.joblib.numpy_pickle",
                "NumpyArrayWrapper",
            ) => Self::JoblibWrapper,
            (
                "joblib.numpy_pickle"
                | "joblib.numpy_pickle_compat"
                | "sklearn.externals.joblib.numpy_pickle"
                | "sklearn.externals.joblib.numpy_pickle_compat",
                "NDArrayWrapper" | "ZNDArrayWrapper",
            ) => Self::LegacyJoblibWrapper,
            _ => return None,
        })
    }
}

/// Read access to the values made so far.
pub(crate) struct Construct<'a> {
    pub(crate) arena: &'a Arena,
    pub(crate) globals: &'a Globals,
    pub(crate) source: &'a Source,
    pub(crate) owned: &'a [u8],
    pub(crate) limits: &'a Limits,
}

/// What a call turns into.
pub(crate) enum Made {
    Node(Node),
    /// A value that exists already.
    Same(NodeId),
    /// Text and bytes that are not in the file as such and must be stored.
    Text(String),
    Bytes(Vec<u8>),
    /// A class or function, named in a roundabout way.
    Name {
        module: String,
        name: String,
    },
}

/// The meaning of `class(*args)`.
pub(crate) fn call(
    construct: &Construct<'_>,
    class: NodeId,
    args: NodeId,
) -> Result<Made, ErrorKind> {
    let arguments = construct.tuple(args)?;
    let opaque = || Made::Node(construct.opaque(class, args));
    Ok(match construct.constructor(class) {
        Some(Constructor::Dtype) => match arguments {
            [text, ..] => Made::Node(Node::PendingDtype(construct.dtype_text(*text)?)),
            [] => return Err(ErrorKind::InvalidDtype("no type given")),
        },
        Some(Constructor::Reconstruct) => match arguments {
            [subtype, ..] if construct.is_ndarray(*subtype) => Made::Node(Node::PendingArray),
            // A subclass with state of its own (a masked array, say) stays opaque.
            _ => opaque(),
        },
        Some(Constructor::Scalar) => match arguments {
            [dtype, data] => {
                let dtype = construct.dtype(*dtype)?;
                match Scalar::read(construct, &dtype, *data)? {
                    Scalar::Value(node) => Made::Node(node),
                    Scalar::Text(text) => Made::Text(text),
                    Scalar::Same(id) => Made::Same(id),
                    Scalar::Opaque => opaque(),
                }
            }
            _ => opaque(),
        },
        Some(Constructor::FromBuffer) => {
            Made::Node(Node::Array(Box::new(Array::from_buffer(construct, args)?)))
        }
        Some(Constructor::Encode) => construct.encode(arguments)?.unwrap_or_else(opaque),
        Some(Constructor::Bytes) => construct.byte_string(arguments)?.unwrap_or_else(opaque),
        Some(Constructor::CopyregReconstructor) => match arguments {
            [class, ..] => Made::Node(construct.opaque(*class, args)),
            [] => opaque(),
        },
        Some(Constructor::DillArray) => match construct.dill_array(arguments)? {
            Some(array) => Made::Node(Node::Array(Box::new(array))),
            None => opaque(),
        },
        Some(Constructor::DillType) => construct.dill_type(arguments).unwrap_or_else(opaque),
        Some(Constructor::Getattr) => construct.keras_method(arguments).unwrap_or_else(opaque),
        Some(Constructor::LegacyJoblibWrapper) => return Err(ErrorKind::LegacyJoblib),
        Some(Constructor::JoblibWrapper) | None => opaque(),
    })
}

impl Construct<'_> {
    pub(crate) fn node(&self, id: NodeId) -> &Node {
        self.arena.node(id)
    }

    pub(crate) fn wrong_type(&self, expected: &'static str, id: NodeId) -> ErrorKind {
        ErrorKind::WrongType {
            expected,
            found: self.node(id).describe(),
        }
    }

    pub(crate) fn is_none(&self, id: NodeId) -> bool {
        matches!(self.node(id), Node::None)
    }

    pub(crate) fn tuple(&self, id: NodeId) -> Result<&[NodeId], ErrorKind> {
        match self.node(id) {
            Node::Tuple(items) => Ok(items),
            _ => Err(self.wrong_type("a tuple", id)),
        }
    }

    /// An integer. Booleans are not integers here, though Python would take them.
    pub(crate) fn integer(&self, id: NodeId) -> Result<i64, ErrorKind> {
        match self.node(id) {
            Node::Int(value) => Ok(*value),
            _ => Err(self.wrong_type("an integer", id)),
        }
    }

    /// A flag; protocol 2 writes some of them as integers.
    pub(crate) fn boolean(&self, id: NodeId) -> Result<bool, ErrorKind> {
        match self.node(id) {
            Node::Bool(value) => Ok(*value),
            Node::Int(value @ (0 | 1)) => Ok(*value == 1),
            _ => Err(self.wrong_type("a boolean", id)),
        }
    }

    /// Text, or a Python 2 byte string that is ASCII.
    pub(crate) fn text_or_ascii(&self, id: NodeId) -> Result<&str, ErrorKind> {
        let (Node::Text(span) | Node::Bytes(span)) = self.node(id) else {
            return Err(self.wrong_type("text", id));
        };
        std::str::from_utf8(self.span(*span)).map_err(|_| self.wrong_type("text", id))
    }

    pub(crate) fn byte_span(&self, id: NodeId) -> Result<Span, ErrorKind> {
        match self.node(id) {
            Node::Bytes(span) => Ok(*span),
            _ => Err(self.wrong_type("bytes", id)),
        }
    }

    pub(crate) fn bytes(&self, id: NodeId) -> Result<&[u8], ErrorKind> {
        self.byte_span(id).map(|span| self.span(span))
    }

    /// A dtype that has its state.
    pub(crate) fn dtype(&self, id: NodeId) -> Result<Arc<Dtype>, ErrorKind> {
        match self.node(id) {
            Node::Dtype(dtype) => Ok(Arc::clone(dtype)),
            Node::PendingDtype(_) => Err(ErrorKind::InvalidDtype("used before its state")),
            _ => Err(self.wrong_type("a numpy dtype", id)),
        }
    }

    pub(crate) fn constructor(&self, id: NodeId) -> Option<Constructor> {
        let Node::Global(global) = self.node(id) else {
            return None;
        };
        let (module, name) = self.globals.names(*global);
        Constructor::of(module, name)
    }

    pub(crate) fn opaque(&self, class: NodeId, args: NodeId) -> Node {
        Node::Object(Box::new(Object {
            class,
            args,
            kwargs: None,
            state: None,
            elements: Vec::new(),
            entries: Vec::new(),
        }))
    }

    fn span(&self, span: Span) -> &[u8] {
        if span.owned {
            span.start
                .checked_add(span.len)
                .and_then(|end| self.owned.get(span.start..end))
                .unwrap_or_default()
        } else {
            self.source.bytes(span.start, span.len)
        }
    }

    fn dtype_text(&self, id: NodeId) -> Result<Span, ErrorKind> {
        let text = self.text_or_ascii(id)?;
        Dtype::from_text(text, false)?;
        match self.node(id) {
            Node::Text(span) | Node::Bytes(span) => Ok(*span),
            _ => Err(self.wrong_type("text", id)),
        }
    }

    /// The dtype text behind a pending dtype.
    pub(crate) fn pending_text(&self, span: Span) -> &str {
        std::str::from_utf8(self.span(span)).unwrap_or_default()
    }

    fn is_ndarray(&self, id: NodeId) -> bool {
        let Node::Global(global) = self.node(id) else {
            return false;
        };
        matches!(
            self.globals.names(*global),
            ("numpy", "ndarray" | "matrix") | ("numpy.matrixlib.defmatrix", "matrix")
        )
    }

    /// `_create_array(_reconstruct, (ndarray, …), state)`: what `_reconstruct` and `BUILD` say in two
    /// steps elsewhere. An array with attributes of its own, or of a subclass, is none that is known here.
    fn dill_array(&self, arguments: &[NodeId]) -> Result<Option<Array>, ErrorKind> {
        let (reconstruct, inner, state) = match arguments {
            [reconstruct, inner, state] => (*reconstruct, *inner, *state),
            [reconstruct, inner, state, attributes] if self.is_none(*attributes) => {
                (*reconstruct, *inner, *state)
            }
            _ => return Ok(None),
        };
        if self.constructor(reconstruct) != Some(Constructor::Reconstruct) {
            return Ok(None);
        }
        match self.tuple(inner)? {
            [subtype, ..] if self.is_ndarray(*subtype) => Array::from_state(self, state).map(Some),
            _ => Ok(None),
        }
    }

    /// `_load_type("slice")`: one of Python's own types, by the name it has there. Those that are data, or mean
    /// nothing but themselves.
    fn dill_type(&self, arguments: &[NodeId]) -> Option<Made> {
        const TYPES: [&str; 15] = [
            "bool",
            "bytearray",
            "bytes",
            "complex",
            "dict",
            "float",
            "frozenset",
            "int",
            "list",
            "object",
            "range",
            "set",
            "slice",
            "str",
            "tuple",
        ];
        let [name] = arguments else {
            return None;
        };
        let name = self.text_or_ascii(*name).ok()?;
        TYPES.contains(&name).then(|| Made::Name {
            module: "builtins".to_owned(),
            name: name.to_owned(),
        })
    }

    /// `getattr(class, "_unpickle_model")` of one of Keras's classes: the name of what Keras 3 asks to be called
    /// with an archive. Any other attribute of anything stays a call that nobody makes.
    fn keras_method(&self, arguments: &[NodeId]) -> Option<Made> {
        const METHOD: &str = "_unpickle_model";
        let [class, method] = arguments else {
            return None;
        };
        let Node::Global(class) = self.node(*class) else {
            return None;
        };
        let (module, name) = self.globals.names(*class);
        let is_keras = module == "keras" || module.starts_with("keras.");
        let is_method = matches!(self.text_or_ascii(*method), Ok(METHOD));
        (is_keras && is_method && !name.contains('.')).then(|| Made::Name {
            module: module.to_owned(),
            name: format!("{name}.{METHOD}"),
        })
    }

    /// `_codecs.encode(text, 'latin1')`: how protocol 2 writes binary data. One byte per character.
    fn encode(&self, arguments: &[NodeId]) -> Result<Option<Made>, ErrorKind> {
        let [text, encoding] = arguments else {
            return Ok(None);
        };
        if !matches!(self.text_or_ascii(*encoding), Ok("latin1" | "latin-1")) {
            return Ok(None);
        }
        self.latin1(*text).map(|bytes| Some(Made::Bytes(bytes)))
    }

    fn latin1(&self, id: NodeId) -> Result<Vec<u8>, ErrorKind> {
        let Node::Text(span) = self.node(id) else {
            return Err(self.wrong_type("text that encodes bytes", id));
        };
        let text = std::str::from_utf8(self.span(*span)).unwrap_or_default();
        text.chars()
            .map(|c| u8::try_from(u32::from(c)))
            .collect::<Result<_, _>>()
            .map_err(|_| self.wrong_type("text that encodes bytes", id))
    }

    /// `bytes()`, `bytearray(bytes)`, `bytearray(text, 'latin-1')`.
    fn byte_string(&self, arguments: &[NodeId]) -> Result<Option<Made>, ErrorKind> {
        Ok(match arguments {
            [] => Some(Made::Bytes(Vec::new())),
            [data] => match self.node(*data) {
                Node::Bytes(span) => Some(Made::Node(Node::Bytes(*span))),
                _ => None,
            },
            _ => self.encode(arguments)?,
        })
    }
}
