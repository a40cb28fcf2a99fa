//! The texts that mean "missing".

/// Texts that mean "missing" wherever they are not something that an input accepts.
#[derive(Debug, Clone, Default)]
pub(super) struct MissingSpellings {
    spellings: Vec<Box<str>>,
    /// Whether one of them, such as `-1`, is a finite number: asked of every number of a typed table.
    pub(super) has_number: bool,
}

impl MissingSpellings {
    pub(super) fn iter(&self) -> impl Iterator<Item = &str> {
        self.spellings.iter().map(|spelling| &**spelling)
    }

    pub(super) fn contains(&self, text: &str) -> bool {
        self.iter().any(|spelling| spelling == text)
    }
}

impl<T: Into<Box<str>>> FromIterator<T> for MissingSpellings {
    fn from_iter<I: IntoIterator<Item = T>>(spellings: I) -> Self {
        let spellings: Vec<Box<str>> = spellings.into_iter().map(Into::into).collect();
        Self {
            has_number: spellings.iter().any(|spelling| is_number(spelling)),
            spellings,
        }
    }
}

/// Tells whether a text may be that of a finite number.
pub(super) fn is_number(text: &str) -> bool {
    text.trim().parse().is_ok_and(f64::is_finite)
}
