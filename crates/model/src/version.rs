//! scikit-learn versions, as files record them.

use std::fmt;

/// A version's first two numbers; `1.4.2` and `1.4.dev0` are both 1.4.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Version {
    /// The first number.
    pub major: u32,
    /// The second number.
    pub minor: u32,
}

impl Version {
    /// The oldest scikit-learn whose files are read.
    pub const OLDEST: Self = Self::new(0, 24);
    /// The newest scikit-learn whose files are read.
    pub const NEWEST: Self = Self::new(1, 9);

    /// A version from its first two numbers.
    #[must_use]
    pub const fn new(major: u32, minor: u32) -> Self {
        Self { major, minor }
    }

    /// Reads a version's text; `None` unless it begins with two numbers and dots between.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let mut parts = text.split('.');
        let major = parts.next()?.parse().ok()?;
        let minor = parts.next()?.parse().ok()?;
        Some(Self { major, minor })
    }

    /// Whether files of this version are read.
    #[must_use]
    pub fn is_supported(self) -> bool {
        (Self::OLDEST..=Self::NEWEST).contains(&self)
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.major, self.minor)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn order_and_range() {
        let version = |text| Version::parse(text).unwrap();
        assert!(version("0.24.2") < version("1.0"));
        assert!(version("1.10.0") > version("1.9.1"));
        assert!(version("1.4.dev0").is_supported());
        assert!(!version("0.23.2").is_supported());
        assert!(!version("1.10.0").is_supported());
        for bad in ["", "1", "one.two", "1.x"] {
            assert_eq!(Version::parse(bad), None, "{bad}");
        }
    }
}
