//! What a form or a query string of a page has in it.

use axum::body::Body;

use crate::http::body;
use crate::http::problem::Problem;

/// Bytes of a form without files, at the most.
const MOST_BYTES: usize = 64 << 10;

/// Names with values, as they were sent.
#[derive(Debug, Default)]
pub(super) struct Form(Vec<(String, String)>);

impl Form {
    /// Reads a form that was sent.
    ///
    /// # Errors
    ///
    /// 413 when it is larger than any of ours.
    pub(super) async fn of(body: Body) -> Result<Self, Problem> {
        let bytes = body::read_within(body, MOST_BYTES, body::PATIENCE).await?;
        Ok(Self::read(&bytes))
    }

    /// Reads a query string, or what is written as one.
    pub(super) fn read(bytes: &[u8]) -> Self {
        let pairs = form_urlencoded::parse(bytes);
        Self(pairs.into_owned().collect())
    }

    /// Takes the first value of a name out of it.
    pub(super) fn take(&mut self, name: &str) -> Option<String> {
        let place = self.0.iter().position(|(known, _)| known == name)?;
        Some(self.0.remove(place).1)
    }

    /// Takes a value that is not blank, without the blanks around it.
    pub(super) fn take_text(&mut self, name: &str) -> Option<String> {
        let text = self.take(name)?;
        let text = text.trim();
        (!text.is_empty()).then(|| text.to_owned())
    }

    /// What is left of it, in the order in which it was sent.
    pub(super) fn pairs(&self) -> &[(String, String)] {
        &self.0
    }

    /// Where to go from here: a page of this server, whatever a link says.
    pub(super) fn next(&mut self) -> String {
        let next = self.take("a").unwrap_or_default();
        let is_path = next.starts_with('/') && !next.starts_with("//");
        let is_plain = next
            .bytes()
            .all(|byte| byte.is_ascii_graphic() && byte != b'\\');
        match is_path && is_plain {
            true => next,
            false => "/".to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn from_here_one_comes_to_this_servers_pages_alone() {
        let next = |form: &str| Form::read(form.as_bytes()).next();
        assert_eq!(next("a=%2Fcliente%3Fer%3DEMP"), "/cliente?er=EMP");
        for elsewhere in [
            "",
            "a=",
            "a=https%3A%2F%2Fevil.example",
            "a=%2F%2Fevil.example",
            "a=%2F%5Cevil.example",
            "a=%2F%0d%0aset-cookie:x",
            "a=cliente",
        ] {
            assert_eq!(next(elsewhere), "/", "{elsewhere}");
        }
    }

    #[test]
    fn values_are_taken_once() {
        let mut form = Form::read(b"a=1&b=+x+&a=2&c=+");
        assert_eq!(form.take("a").as_deref(), Some("1"));
        assert_eq!(form.take("a").as_deref(), Some("2"));
        assert_eq!(form.take_text("b").as_deref(), Some("x"));
        assert_eq!(form.take_text("c"), None);
        assert!(form.pairs().is_empty());
    }
}
