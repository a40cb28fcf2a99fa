//! One running program: its stack, its marks, its memo.

use std::collections::HashMap;

use crate::arena::NodeId;
use crate::error::ErrorKind;

/// Where a program stands in the file.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Level {
    /// The file's own program: joblib payloads may interrupt it.
    Outer,
    /// The pickle of an object array: a plain pickle, in which no payload can follow.
    Nested,
}

/// The state of one running pickle program. What it makes, and the budgets, are the machine's.
pub(super) struct Program {
    pub(super) level: Level,
    pub(super) stack: Vec<NodeId>,
    /// Stack heights at which marks stand.
    pub(super) marks: Vec<usize>,
    pub(super) memo: HashMap<u32, NodeId>,
}

impl Program {
    pub(super) fn new(level: Level) -> Self {
        Self {
            level,
            stack: Vec::new(),
            marks: Vec::new(),
            memo: HashMap::new(),
        }
    }

    /// Height of the stack that the current mark protects.
    fn floor(&self) -> usize {
        self.marks.last().copied().unwrap_or(0)
    }

    pub(super) fn pop(&mut self) -> Result<NodeId, ErrorKind> {
        if self.stack.len() <= self.floor() {
            return Err(ErrorKind::StackUnderflow);
        }
        self.stack.pop().ok_or(ErrorKind::StackUnderflow)
    }

    pub(super) fn pop_n(&mut self, n: usize) -> Result<Vec<NodeId>, ErrorKind> {
        let start = self
            .stack
            .len()
            .checked_sub(n)
            .filter(|start| *start >= self.floor());
        Ok(self
            .stack
            .split_off(start.ok_or(ErrorKind::StackUnderflow)?))
    }

    pub(super) fn pop_mark(&mut self) -> Result<Vec<NodeId>, ErrorKind> {
        let mark = self.marks.pop().ok_or(ErrorKind::MarkMissing)?;
        if mark > self.stack.len() {
            return Err(ErrorKind::StackUnderflow);
        }
        Ok(self.stack.split_off(mark))
    }

    pub(super) fn top(&self) -> Result<NodeId, ErrorKind> {
        if self.stack.len() <= self.floor() {
            return Err(ErrorKind::StackUnderflow);
        }
        self.stack.last().copied().ok_or(ErrorKind::StackUnderflow)
    }
}

/// Keys and values, which alternate on the stack.
pub(super) fn pairs(items: &[NodeId]) -> Result<Vec<(NodeId, NodeId)>, ErrorKind> {
    let (pairs, rest) = items.as_chunks::<2>();
    if rest.is_empty() {
        Ok(pairs.iter().map(|[key, value]| (*key, *value)).collect())
    } else {
        Err(ErrorKind::OddItems)
    }
}
