//! A file that was read: its inert values and what it names.

use std::collections::HashMap;

use crate::arena::{Arena, GlobalId, NodeId, Span};
use crate::container::Container;
use crate::error::ErrorKind;
use crate::limits::{Limit, Limits};
use crate::meter::Meter;
use crate::shared_bytes::SharedBytes;
use crate::view::View;

/// A class or function named in the file. Naming is all that happens to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GlobalUse {
    /// Module, as written (`numpy.core.multiarray`).
    pub module: String,
    /// Name in the module, as written; dots are not resolved.
    pub name: String,
    /// Offset in the decompressed stream where it is first named.
    pub offset: usize,
    /// How often an opcode names it (references by memo are not counted).
    pub count: u64,
    /// What became of the calls of it that the file asks for.
    pub calls: Calls,
}

/// What became of the calls of a class or function that a file asks for. None is ever made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Calls {
    /// There are none.
    None,
    /// Each has a meaning that is known here, and was given it.
    Understood,
    /// Some stay objects that nobody makes.
    Opaque,
}

/// A file that was read.
pub struct Document {
    pub(crate) store: Store,
    pub(crate) root: NodeId,
    pub(crate) container: Container,
    pub(crate) protocol: u8,
    pub(crate) after: After,
    pub(crate) opcodes: u64,
    pub(crate) decode_steps: u64,
}

impl Document {
    /// The value the file holds, to be walked by decoders. The meter is what bounds the walk.
    #[must_use]
    pub fn root<'d>(&'d self, meter: &'d Meter) -> View<'d> {
        View::new(&self.store, meter, self.root)
    }

    /// A meter with the decoding budget of the limits the file was read with.
    #[must_use]
    pub fn meter(&self) -> Meter {
        let bytes = self
            .store
            .source
            .len()
            .saturating_add(self.store.owned.len());
        Meter::new(self.decode_steps, bytes)
    }

    /// The container the file came in.
    #[must_use]
    pub fn container(&self) -> Container {
        self.container
    }

    /// The pickle protocol its header declares.
    #[must_use]
    pub fn protocol(&self) -> u8 {
        self.protocol
    }

    /// Whether bytes follow the pickle's end. One `pickle.dump` or `joblib.dump` leaves none.
    #[must_use]
    pub fn has_trailing_bytes(&self) -> bool {
        self.after.has_bytes
    }

    /// The objects of the pickles that follow the first one's end, as far as they can be read; of many
    /// the first ones.
    pub fn following<'d>(&'d self, meter: &'d Meter) -> impl Iterator<Item = View<'d>> {
        let objects = self.after.objects.iter();
        objects.map(move |id| View::new(&self.store, meter, *id))
    }

    /// Whether what follows those begins like a pickle, though it cannot be read.
    #[must_use]
    pub fn is_followed_by_unreadable(&self) -> bool {
        self.after.has_unreadable_program
    }

    /// Every class and function named in the file, in order of first appearance.
    #[must_use]
    pub fn globals(&self) -> &[GlobalUse] {
        &self.store.globals.uses
    }

    /// Number of opcodes executed, nested pickles included.
    #[must_use]
    pub fn opcodes(&self) -> u64 {
        self.opcodes
    }

    /// Number of values made.
    #[must_use]
    pub fn nodes(&self) -> usize {
        self.store.arena.len()
    }
}

impl std::fmt::Debug for Document {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Document")
            .field("container", &self.container)
            .field("protocol", &self.protocol)
            .field("nodes", &self.nodes())
            .finish_non_exhaustive()
    }
}

/// What stands behind the end of a file's first pickle.
#[derive(Debug, Default)]
pub(crate) struct After {
    pub(crate) has_bytes: bool,
    pub(crate) objects: Vec<NodeId>,
    pub(crate) has_unreadable_program: bool,
}

/// Nodes together with the bytes their spans point into.
pub(crate) struct Store {
    pub(crate) arena: Arena,
    pub(crate) globals: Globals,
    /// The decompressed stream.
    pub(crate) source: SharedBytes,
    /// Bytes made while reading, such as latin-1 text turned back into binary.
    pub(crate) owned: Vec<u8>,
}

impl Store {
    pub(crate) fn bytes(&self, span: Span) -> &[u8] {
        let buffer: &[u8] = if span.owned {
            &self.owned
        } else {
            &self.source
        };
        span.start
            .checked_add(span.len)
            .and_then(|end| buffer.get(span.start..end))
            .unwrap_or_default()
    }
}

/// The table of globals: each distinct (module, name) once.
pub(crate) struct Globals {
    uses: Vec<GlobalUse>,
    by_name: HashMap<(String, String), GlobalId>,
    limit: usize,
}

impl Globals {
    pub(crate) fn new(limits: &Limits) -> Self {
        Self {
            uses: Vec::new(),
            by_name: HashMap::new(),
            limit: limits.globals,
        }
    }

    pub(crate) fn intern(
        &mut self,
        module: &str,
        name: &str,
        offset: usize,
    ) -> Result<GlobalId, ErrorKind> {
        let key = (module.to_owned(), name.to_owned());
        if let Some(id) = self.by_name.get(&key) {
            if let Some(seen) = self.uses.get_mut(id.0) {
                seen.count = seen.count.saturating_add(1);
            }
            return Ok(*id);
        }
        if self.uses.len() >= self.limit {
            return Err(ErrorKind::limit(Limit::Globals, self.limit));
        }
        let id = GlobalId(self.uses.len());
        self.uses.push(GlobalUse {
            module: key.0.clone(),
            name: key.1.clone(),
            offset,
            count: 1,
            calls: Calls::None,
        });
        self.by_name.insert(key, id);
        Ok(id)
    }

    /// Notes a call that the file asks for.
    pub(crate) fn note_call(&mut self, id: GlobalId, is_understood: bool) {
        if let Some(used) = self.uses.get_mut(id.0) {
            used.calls = match (used.calls, is_understood) {
                (Calls::None | Calls::Understood, true) => Calls::Understood,
                _ => Calls::Opaque,
            };
        }
    }

    /// Module and name of an interned global.
    pub(crate) fn names(&self, id: GlobalId) -> (&str, &str) {
        self.uses
            .get(id.0)
            .map_or(("", ""), |seen| (&seen.module, &seen.name))
    }
}
