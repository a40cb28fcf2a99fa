//! `/recursos/{hash}/{file}`: style, scripts and icon of the pages. A path has the hash of what is behind it, so that browsers keep it.

use std::collections::HashMap;
use std::sync::LazyLock;

use axum::extract::Path;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::Response;
use propenso_scoring::Language;

use crate::http::asset::{Asset, Kept, SCRIPT, STYLE};
use crate::http::problem::Problem;

/// What has its hash in its path never changes.
const FOR_EVER: HeaderValue = HeaderValue::from_static("public, max-age=31536000, immutable");

static FILES: LazyLock<[Asset; 4]> = LazyLock::new(|| {
    [
        Asset::new(
            "page.css",
            STYLE,
            Kept::Plain(include_bytes!("../../../assets/page/page.css")),
        ),
        Asset::new(
            "page.js",
            SCRIPT,
            Kept::Plain(include_bytes!("../../../assets/page/page.js")),
        ),
        Asset::new(
            "htmx.min.js",
            SCRIPT,
            Kept::Plain(include_bytes!("../../../assets/page/htmx.min.js")),
        ),
        Asset::new(
            "icon.svg",
            "image/svg+xml",
            Kept::Plain(include_bytes!("../../../assets/page/icon.svg")),
        ),
    ]
});

static URLS: LazyLock<HashMap<&str, String>> = LazyLock::new(|| {
    let files = FILES.iter();
    files
        .map(|file| (file.name, format!("/recursos/{}/{}", file.hash, file.name)))
        .collect()
});

/// The path of a file.
pub(super) fn url(name: &str) -> &'static str {
    URLS.get(name).map_or("", String::as_str)
}

/// Gives a file.
///
/// # Errors
///
/// 404 when there is none of that name.
pub async fn file(
    Path((hash, name)): Path<(String, String)>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let file = FILES.iter().find(|file| file.name == name);
    let file = file.ok_or_else(|| Problem::not_found(Language::Spanish))?;
    let mut response = file.answer(&headers)?;
    // After an update a page that is still open may ask for what was there before.
    if file.hash == hash {
        response
            .headers_mut()
            .insert(header::CACHE_CONTROL, FOR_EVER);
    }
    Ok(response)
}
