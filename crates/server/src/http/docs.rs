//! `GET /docs`: the routes' description, shown to people by Swagger UI, which is in the program: nothing is fetched from
//! elsewhere, and no script but its own runs.

use std::sync::LazyLock;

use axum::extract::Path;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::Response;
use propenso_scoring::Language;

use super::asset::{Asset, HTML, Kept, SCRIPT, STYLE};
use super::problem::Problem;

/// What the page may do: run its own scripts, use its own styles (Swagger UI sets some on its elements), and ask this server.
const POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; \
     frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
);

/// The page and its files, as they are kept.
static FILES: LazyLock<[Asset; 4]> = LazyLock::new(|| {
    [
        Asset::new(
            "",
            HTML,
            Kept::Plain(include_bytes!("../../assets/swagger-ui/index.html")),
        ),
        Asset::new(
            "start.js",
            SCRIPT,
            Kept::Plain(include_bytes!("../../assets/swagger-ui/start.js")),
        ),
        Asset::new(
            "swagger-ui-bundle.js",
            SCRIPT,
            Kept::Gzipped(include_bytes!(
                "../../assets/swagger-ui/swagger-ui-bundle.js.gz"
            )),
        ),
        Asset::new(
            "swagger-ui.css",
            STYLE,
            Kept::Gzipped(include_bytes!("../../assets/swagger-ui/swagger-ui.css.gz")),
        ),
    ]
});

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
    let file = file.ok_or_else(|| Problem::not_found(Language::English))?;
    let mut response = file.answer(headers)?;
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_SECURITY_POLICY, POLICY);
    headers.insert(
        header::REFERRER_POLICY,
        HeaderValue::from_static("no-referrer"),
    );
    Ok(response)
}

#[cfg(test)]
mod tests {
    use axum::http::StatusCode;

    use super::*;

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
