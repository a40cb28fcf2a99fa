//! `GET /docs`: the routes' description, shown to people by Swagger UI, which is in the program: nothing is fetched from
//! elsewhere, and no script but its own runs.

use std::io::Read;
use std::sync::LazyLock;

use axum::body::Bytes;
use axum::extract::Path;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use flate2::read::GzDecoder;
use propenso_scoring::Language;
use sha2::{Digest, Sha256};

use super::problem::Problem;

/// What the page may do: run its own scripts, use its own styles (Swagger UI sets some on its elements), and ask this server.
const POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; \
     frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
);

/// Whoever has a file asks whether it is still that.
const NO_CACHE: HeaderValue = HeaderValue::from_static("no-cache");

const HTML: &str = "text/html; charset=utf-8";
const SCRIPT: &str = "text/javascript; charset=utf-8";
const STYLE: &str = "text/css; charset=utf-8";

/// The page and its files, as they are kept.
static FILES: LazyLock<[File; 4]> = LazyLock::new(|| {
    [
        File::new(
            "",
            HTML,
            Kept::Plain(include_bytes!("../../assets/swagger-ui/index.html")),
        ),
        File::new(
            "start.js",
            SCRIPT,
            Kept::Plain(include_bytes!("../../assets/swagger-ui/start.js")),
        ),
        File::new(
            "swagger-ui-bundle.js",
            SCRIPT,
            Kept::Gzipped(include_bytes!(
                "../../assets/swagger-ui/swagger-ui-bundle.js.gz"
            )),
        ),
        File::new(
            "swagger-ui.css",
            STYLE,
            Kept::Gzipped(include_bytes!("../../assets/swagger-ui/swagger-ui.css.gz")),
        ),
    ]
});

/// A file's bytes in the program.
#[derive(Clone, Copy)]
enum Kept {
    Plain(&'static [u8]),
    Gzipped(&'static [u8]),
}

struct File {
    name: &'static str,
    media_type: &'static str,
    kept: Kept,
    /// The beginning of the hash of what is kept.
    hash: String,
}

impl File {
    fn new(name: &'static str, media_type: &'static str, kept: Kept) -> Self {
        let (Kept::Plain(bytes) | Kept::Gzipped(bytes)) = kept;
        let hash = Sha256::digest(bytes);
        let hash = hash
            .iter()
            .take(8)
            .map(|byte| format!("{byte:02x}"))
            .collect();
        Self {
            name,
            media_type,
            kept,
            hash,
        }
    }

    /// Answers a request for it: nothing anew to who has it, and packed to who takes that.
    fn answer(&self, asked: &HeaderMap) -> Result<Response, Problem> {
        let is_packed = matches!(self.kept, Kept::Gzipped(_)) && takes_gzip(asked);
        let tag = match is_packed {
            true => format!("\"{}-gzip\"", self.hash),
            false => format!("\"{}\"", self.hash),
        };
        let mut response = match has(asked, &tag) {
            true => StatusCode::NOT_MODIFIED.into_response(),
            false => self.bytes(is_packed)?.into_response(),
        };
        let headers = response.headers_mut();
        headers.insert(
            header::CONTENT_TYPE,
            HeaderValue::from_static(self.media_type),
        );
        headers.insert(header::CACHE_CONTROL, NO_CACHE);
        headers.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
        headers.insert(header::CONTENT_SECURITY_POLICY, POLICY);
        headers.insert(
            header::REFERRER_POLICY,
            HeaderValue::from_static("no-referrer"),
        );
        if let Ok(tag) = HeaderValue::try_from(tag) {
            headers.insert(header::ETAG, tag);
        }
        if is_packed {
            headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
        }
        Ok(response)
    }

    fn bytes(&self, is_packed: bool) -> Result<Bytes, Problem> {
        let bytes = match self.kept {
            Kept::Plain(bytes) => Bytes::from_static(bytes),
            Kept::Gzipped(bytes) if is_packed => Bytes::from_static(bytes),
            Kept::Gzipped(bytes) => {
                let mut unpacked = Vec::new();
                let done = GzDecoder::new(bytes).read_to_end(&mut unpacked);
                done.map_err(|error| Problem::internal("the page's file cannot be read", &error))?;
                unpacked.into()
            }
        };
        Ok(bytes)
    }
}

/// The names of the page's files.
pub(super) fn names() -> impl Iterator<Item = &'static str> {
    let names = FILES.iter().map(|file| file.name);
    names.filter(|name| !name.is_empty())
}

/// `GET /docs`: the page.
///
/// # Errors
///
/// None that a request can bring about.
pub async fn page(headers: HeaderMap) -> Result<Response, Problem> {
    find("", &headers)
}

/// `GET /docs/{file}`: a file of the page.
///
/// # Errors
///
/// 404 when there is none of that name.
pub async fn file(Path(name): Path<String>, headers: HeaderMap) -> Result<Response, Problem> {
    find(&name, &headers)
}

fn find(name: &str, headers: &HeaderMap) -> Result<Response, Problem> {
    let file = FILES.iter().find(|file| file.name == name);
    file.ok_or_else(|| Problem::not_found(Language::English))?
        .answer(headers)
}

/// Whether gzip is among the encodings that are taken.
fn takes_gzip(asked: &HeaderMap) -> bool {
    let accepted = asked.get_all(header::ACCEPT_ENCODING).iter();
    let accepted = accepted.filter_map(|value| value.to_str().ok());
    let mut codings = accepted.flat_map(|value| value.split(','));
    codings.any(|coding| {
        let (name, weight) = coding.split_once(';').unwrap_or((coding, "q=1"));
        let weight = weight.trim().trim_start_matches("q=").parse::<f32>();
        let name = name.trim();
        (name.eq_ignore_ascii_case("gzip") || name == "*")
            && weight.is_ok_and(|weight| weight > 0.0)
    })
}

/// Whether who asks has the edition of this tag.
fn has(asked: &HeaderMap, tag: &str) -> bool {
    let known = asked.get_all(header::IF_NONE_MATCH).iter();
    let known = known.filter_map(|value| value.to_str().ok());
    let mut known = known.flat_map(|value| value.split(','));
    known.any(|known| known.trim().trim_start_matches("W/") == tag)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(name: header::HeaderName, value: &'static str) -> HeaderMap {
        HeaderMap::from_iter([(name, HeaderValue::from_static(value))])
    }

    #[test]
    fn who_takes_gzip() {
        let takes = |value| takes_gzip(&headers(header::ACCEPT_ENCODING, value));
        for value in [
            "gzip",
            "br, GZIP;q=0.5",
            "*",
            "deflate, gzip;q=1.0, *;q=0.1",
        ] {
            assert!(takes(value), "{value}");
        }
        for value in ["", "br", "gzip;q=0", "identity", "gzipped", "gzip;q=x"] {
            assert!(!takes(value), "{value}");
        }
        assert!(!takes_gzip(&HeaderMap::new()));
    }

    #[test]
    fn who_has_a_file_gets_it_no_more() {
        for file in FILES.iter() {
            let first = file.answer(&HeaderMap::new()).unwrap();
            assert_eq!(first.status(), StatusCode::OK);
            let tag = first.headers()[header::ETAG].clone();
            let again = HeaderMap::from_iter([(header::IF_NONE_MATCH, tag)]);
            let again = file.answer(&again).unwrap();
            assert_eq!(again.status(), StatusCode::NOT_MODIFIED, "{}", file.name);
        }
    }

    /// The page needs nothing that is not beside it, and no script stands in it.
    #[test]
    fn the_page_names_its_own_files_alone() {
        let page = include_str!("../../assets/swagger-ui/index.html");
        for reference in page.split("src=\"").skip(1) {
            let (path, _) = reference.split_once('"').unwrap();
            let name = path.strip_prefix("docs/").unwrap();
            assert!(names().any(|known| known == name), "{name}");
        }
        assert!(!page.contains("://") && !page.contains("<style"));
        assert!(
            page.split("<script")
                .skip(1)
                .all(|script| script.starts_with(" src="))
        );
    }
}
