//! The name of the request that brought a decision.

use std::fmt;

use super::bytes::{Reader, put_bytes, put_number};
use super::error::DecisionError;

/// The name of a request: one that was given, or one of those that this program makes, in fewer bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RequestName<'r> {
    /// A caller gave it.
    Given(&'r str),
    /// Two numbers, written as `<16 hexadecimal digits>-<hexadecimal digits>`.
    Made {
        /// What no other process has.
        process: u64,
        /// What no other request of the process has.
        request: u64,
    },
}

impl<'r> RequestName<'r> {
    /// Reads a name: made is what is written back as it was, and nothing else.
    #[must_use]
    pub fn of(name: &'r str) -> Self {
        let made = || {
            let (process, request) = name.split_once('-')?;
            let made = Self::Made {
                process: u64::from_str_radix(process, 16).ok()?,
                request: u64::from_str_radix(request, 16).ok()?,
            };
            (made.to_string() == name).then_some(made)
        };
        made().unwrap_or(Self::Given(name))
    }

    pub(super) fn put(self, out: &mut Vec<u8>) {
        match self {
            Self::Given(name) => put_bytes(out, name.as_bytes()),
            Self::Made { process, request } => {
                out.extend_from_slice(&process.to_le_bytes());
                put_number(out, request);
            }
        }
    }

    /// Reads what [`Self::put`] wrote of one that was made.
    pub(super) fn read_made(reader: &mut Reader<'_>) -> Result<Self, DecisionError> {
        Ok(Self::Made {
            process: u64::from_le_bytes(reader.array()?),
            request: reader.number()?,
        })
    }
}

impl fmt::Display for RequestName<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Given(name) => f.write_str(name),
            Self::Made { process, request } => write!(f, "{process:016x}-{request:x}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_only_looks_like_one_that_was_made_was_given() {
        let made = RequestName::Made {
            process: 0xabc,
            request: 0,
        };
        assert_eq!(RequestName::of("0000000000000abc-0"), made);
        for name in [
            "0000000000000abc-00",
            "0000000000000abc-02a",
            "0000000000000abc-+2",
            "0000000000000abc-",
            "0000000000000abc-2A",
            "0000000000000abc-10000000000000000",
            "0000000000000ABC-2a",
            "+000000000000abc-2a",
            "000000000000abc-2a",
            "00000000000000abc-2a",
            "0000000000000abc2a",
            "-0",
        ] {
            assert_eq!(RequestName::of(name), RequestName::Given(name));
        }
    }

    proptest! {
        #[test]
        fn names_are_written_back_as_they_were(
            given in "[+]?[0-9a-f]{15,16}-[+]?0?[0-9a-f]{0,16}",
            process: u64,
            request: u64,
        ) {
            prop_assert_eq!(RequestName::of(&given).to_string(), given);
            let made = RequestName::Made { process, request };
            let name = made.to_string();
            prop_assert_eq!(RequestName::of(&name), made);
            let mut bytes = Vec::new();
            made.put(&mut bytes);
            prop_assert_eq!(RequestName::read_made(&mut Reader::new(&bytes)), Ok(made));
        }
    }
}
