//! How decoders walk a document: by handles that know where they came from, on a metered budget.

use std::fmt;

use crate::arena::{Node, NodeId};
use crate::document::Store;
use crate::meter::Meter;
use crate::numpy::array_view::ArrayView;
use crate::numpy::dtype::Dtype;
use crate::view_error::ViewError;

/// Module and name of a class or function, as written in the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ClassName<'d> {
    /// Module.
    pub module: &'d str,
    /// Name in the module.
    pub name: &'d str,
}

impl fmt::Display for ClassName<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.module, self.name)
    }
}

/// A value of a document.
#[derive(Clone, Copy)]
pub struct View<'d> {
    store: &'d Store,
    meter: &'d Meter,
    id: NodeId,
    /// The object and attribute this value was reached through, for messages.
    reached_by: Option<(NodeId, &'static str)>,
}

impl<'d> View<'d> {
    pub(crate) fn new(store: &'d Store, meter: &'d Meter, id: NodeId) -> Self {
        Self {
            store,
            meter,
            id,
            reached_by: None,
        }
    }

    pub(crate) fn at(self, id: NodeId) -> Self {
        Self { id, ..self }
    }

    pub(crate) fn charge(self, steps: usize) -> Result<(), ViewError> {
        self.meter.charge(steps)
    }

    pub(crate) fn charge_copy(self, n_items: usize, itemsize: usize) -> Result<(), ViewError> {
        self.meter.charge_copy(n_items, itemsize)
    }

    /// Offset in the decompressed stream of the opcode that made this value.
    #[must_use]
    pub fn offset(self) -> usize {
        self.store.arena.offset(self.id)
    }

    /// What this value is, for messages: its class, or its kind.
    #[must_use]
    pub fn describe(self) -> String {
        match (self.node(), self.class(), self.global()) {
            (_, Some(class), _) => format!("an object of class {class}"),
            (_, _, Some(global)) => format!("the class or function {global}"),
            (node, None, None) => node.describe().to_owned(),
        }
    }

    /// An error that says what was needed here, with the place.
    #[must_use]
    pub fn wrong_type(self, expected: &'static str) -> ViewError {
        let offset = self.offset();
        let place = match self.reached_by {
            Some((owner, attribute)) => {
                format!(
                    "attribute `{attribute}` of {} (byte {offset})",
                    self.class_text(owner)
                )
            }
            None => format!("byte {offset}"),
        };
        ViewError::WrongType {
            place,
            expected,
            found: self.describe(),
        }
    }

    /// Whether this is Python's `None`.
    #[must_use]
    pub fn is_none(self) -> bool {
        matches!(self.node(), Node::None)
    }

    /// A boolean.
    ///
    /// # Errors
    ///
    /// [`ViewError::WrongType`] for anything else; so for the methods below.
    pub fn boolean(self) -> Result<bool, ViewError> {
        match self.node() {
            Node::Bool(value) => Ok(*value),
            _ => Err(self.wrong_type("a boolean")),
        }
    }

    /// An integer of at most 64 bits.
    ///
    /// # Errors
    ///
    /// [`ViewError::WrongType`].
    pub fn integer(self) -> Result<i64, ViewError> {
        match self.node() {
            Node::Int(value) => Ok(*value),
            _ => Err(self.wrong_type("an integer")),
        }
    }

    /// An integer that is a count or index.
    ///
    /// # Errors
    ///
    /// [`ViewError::WrongType`], also for negative integers.
    pub fn count(self) -> Result<usize, ViewError> {
        usize::try_from(self.integer()?).map_err(|_| self.wrong_type("an integer of 0 or more"))
    }

    /// A float, or an integer that a float represents exactly.
    ///
    /// # Errors
    ///
    /// [`ViewError::WrongType`].
    pub fn float(self) -> Result<f64, ViewError> {
        match self.node() {
            Node::Float(value) => Ok(*value),
            #[allow(
                clippy::cast_precision_loss,
                reason = "the guard admits exact values only"
            )]
            Node::Int(value) if value.unsigned_abs() <= 1 << 53 => Ok(*value as f64),
            _ => Err(self.wrong_type("a number")),
        }
    }

    /// Text.
    ///
    /// # Errors
    ///
    /// [`ViewError::WrongType`].
    pub fn text(self) -> Result<&'d str, ViewError> {
        let Node::Text(span) = self.node() else {
            return Err(self.wrong_type("text"));
        };
        std::str::from_utf8(self.store.bytes(*span)).map_err(|_| self.wrong_type("text"))
    }

    /// Binary data: `bytes`, `bytearray`, Python 2 strings.
    ///
    /// # Errors
    ///
    /// [`ViewError::WrongType`].
    pub fn bytes(self) -> Result<&'d [u8], ViewError> {
        match self.node() {
            Node::Bytes(span) => Ok(self.store.bytes(*span)),
            _ => Err(self.wrong_type("bytes")),
        }
    }

    /// A whole file that is kept as bytes, or in an array of bytes: what is to be decoded anew, so it costs as
    /// much as if it were copied.
    ///
    /// # Errors
    ///
    /// [`ViewError`].
    pub fn embedded_file(self) -> Result<Vec<u8>, ViewError> {
        if let Node::Array(_) = self.node() {
            return self.array()?.u8s();
        }
        let bytes = self.bytes()?;
        self.charge_copy(1, bytes.len())?;
        Ok(bytes.to_vec())
    }

    /// The keys and values of a dict, or of a dict subclass such as `OrderedDict`.
    ///
    /// # Errors
    ///
    /// [`ViewError::WrongType`].
    pub fn entries(self) -> Result<impl ExactSizeIterator<Item = (View<'d>, View<'d>)>, ViewError> {
        let entries: &[(NodeId, NodeId)] = match self.node() {
            Node::Dict(entries) => entries,
            Node::Object(object) => &object.entries,
            _ => return Err(self.wrong_type("a dict")),
        };
        self.charge(entries.len())?;
        Ok(entries
            .iter()
            .map(move |(key, value)| (self.at(*key), self.at(*value))))
    }

    /// The value a dict has for a text key, if it has it.
    ///
    /// # Errors
    ///
    /// [`ViewError`] when it is no dict, or has the key twice.
    pub fn entry(self, key: &'static str) -> Result<Option<View<'d>>, ViewError> {
        let mut found = self
            .entries()?
            .filter(|(candidate, _)| matches!(candidate.text(), Ok(text) if text == key))
            .map(|(_, value)| value);
        match (found.next(), found.next()) {
            (first, None) => Ok(first),
            (_, Some(_)) => Err(ViewError::DuplicateAttribute {
                class: "a dict".to_owned(),
                attribute: key,
                offset: self.offset(),
            }),
        }
    }

    /// The items appended to a list subclass or added to a set subclass.
    ///
    /// # Errors
    ///
    /// [`ViewError::WrongType`] for anything but an object.
    pub fn elements(self) -> Result<impl ExactSizeIterator<Item = View<'d>>, ViewError> {
        let Node::Object(object) = self.node() else {
            return Err(self.wrong_type("an object"));
        };
        self.charge(object.elements.len())?;
        Ok(object.elements.iter().map(move |id| self.at(*id)))
    }

    /// What `BUILD` gave an object that is not a dictionary of attributes, or that is.
    #[must_use]
    pub fn state(self) -> Option<View<'d>> {
        match self.node() {
            Node::Object(object) => object.state.map(|state| self.at(state)),
            _ => None,
        }
    }

    /// The items of a list or tuple.
    ///
    /// # Errors
    ///
    /// [`ViewError::WrongType`].
    pub fn items(self) -> Result<impl ExactSizeIterator<Item = View<'d>>, ViewError> {
        let items: &[NodeId] = match self.node() {
            Node::List(items) => items,
            Node::Tuple(items) => items,
            _ => return Err(self.wrong_type("a list")),
        };
        self.charge(items.len())?;
        Ok(items.iter().map(move |id| self.at(*id)))
    }

    /// The items of a list, a tuple or a set.
    ///
    /// # Errors
    ///
    /// [`ViewError::WrongType`].
    pub fn members(self) -> Result<impl ExactSizeIterator<Item = View<'d>>, ViewError> {
        let items: &[NodeId] = match self.node() {
            Node::List(items) | Node::Set(items) => items,
            Node::Tuple(items) => items,
            _ => return Err(self.wrong_type("a list or a set")),
        };
        self.charge(items.len())?;
        Ok(items.iter().map(move |id| self.at(*id)))
    }

    /// An array.
    ///
    /// # Errors
    ///
    /// [`ViewError::WrongType`].
    pub fn array(self) -> Result<ArrayView<'d>, ViewError> {
        match self.node() {
            Node::Array(array) => Ok(ArrayView::new(self, self.store, array)),
            _ => Err(self.wrong_type("a numpy array")),
        }
    }

    /// The numpy dtype, where the value is one.
    #[must_use]
    pub fn dtype(self) -> Option<&'d Dtype> {
        match self.node() {
            Node::Dtype(dtype) => Some(dtype),
            _ => None,
        }
    }

    /// The class of an object, when the file names it directly, or has its code in it as cloudpickle and dill
    /// write what is the analysts' own: then its module is `__main__`, whatever the file says.
    #[must_use]
    pub fn class(self) -> Option<ClassName<'d>> {
        let Node::Object(object) = self.node() else {
            return None;
        };
        let class = self.at(object.class);
        class.global().or_else(|| class.name_of_own())
    }

    /// The name of a class that the file asks to be made of code in it.
    fn name_of_own(self) -> Option<ClassName<'d>> {
        let Node::Object(call) = self.node() else {
            return None;
        };
        let maker = self.at(call.class).global()?;
        let makes_classes = matches!(
            (maker.module, maker.name),
            ("cloudpickle.cloudpickle", "_make_skeleton_class")
                | ("dill._dill" | "dill.dill", "_create_type")
        );
        // The constructor of types, the name, the bases, ….
        let Node::Tuple(arguments) = self.at(call.args).node() else {
            return None;
        };
        let name = self.at(*arguments.get(1)?).text().ok()?;
        makes_classes.then_some(ClassName {
            module: "__main__",
            name,
        })
    }

    /// The class or function this value names.
    #[must_use]
    pub fn global(self) -> Option<ClassName<'d>> {
        let Node::Global(id) = self.node() else {
            return None;
        };
        let (module, name) = self.store.globals.names(*id);
        Some(ClassName { module, name })
    }

    /// The arguments an object was to be constructed with.
    ///
    /// # Errors
    ///
    /// [`ViewError::WrongType`] for anything but an object.
    pub fn arguments(self) -> Result<impl ExactSizeIterator<Item = View<'d>>, ViewError> {
        match self.node() {
            Node::Object(object) => self.at(object.args).items(),
            _ => Err(self.wrong_type("an object")),
        }
    }

    /// An attribute of an object, which it must have.
    ///
    /// # Errors
    ///
    /// [`ViewError`] when it is not an object, or lacks the attribute.
    pub fn attribute(self, name: &'static str) -> Result<View<'d>, ViewError> {
        self.optional_attribute(name)?
            .ok_or_else(|| ViewError::MissingAttribute {
                class: self.class_text(self.id),
                attribute: name,
                offset: self.offset(),
            })
    }

    /// An attribute of an object, if it has it.
    ///
    /// # Errors
    ///
    /// [`ViewError`] when it is not an object with an attribute dictionary, or has the attribute
    /// twice.
    pub fn optional_attribute(self, name: &'static str) -> Result<Option<View<'d>>, ViewError> {
        let Node::Object(object) = self.node() else {
            return Err(self.wrong_type("an object"));
        };
        let entries = match object.state.map(|state| self.at(state).node()) {
            Some(Node::Dict(entries)) => entries.as_slice(),
            None => &[],
            Some(_) => return Err(self.wrong_type("an object with attributes")),
        };
        self.charge(entries.len().saturating_add(1))?;
        let mut found = entries.iter().filter(|(key, _)| {
            matches!(self.store.arena.node(*key), Node::Text(span)
                if self.store.bytes(*span) == name.as_bytes())
        });
        match (found.next(), found.next()) {
            (None, _) => Ok(None),
            (Some((_, value)), None) => Ok(Some(Self {
                id: *value,
                reached_by: Some((self.id, name)),
                ..self
            })),
            (Some(_), Some(_)) => Err(ViewError::DuplicateAttribute {
                class: self.class_text(self.id),
                attribute: name,
                offset: self.offset(),
            }),
        }
    }

    fn node(self) -> &'d Node {
        self.store.arena.node(self.id)
    }

    fn class_text(self, object: NodeId) -> String {
        self.at(object)
            .class()
            .map_or_else(|| "an object".to_owned(), |class| class.to_string())
    }
}

impl fmt::Debug for View<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "View({} at byte {})", self.describe(), self.offset())
    }
}
