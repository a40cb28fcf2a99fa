//! A file that was made for one answer, to be kept by a browser.

use std::path::Path;

use axum::body::Body;
use axum::extract::Request;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use tower::ServiceExt;
use tower_http::services::ServeFile;

use crate::http::safety;

/// Gives a file under its own name. It is open then, and may be removed.
pub(super) async fn download(path: &Path) -> Response {
    let sent = ServeFile::new(path).oneshot(Request::new(Body::empty()));
    let mut response = sent.await.into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_SECURITY_POLICY, safety::SANDBOX);
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let disposition = format!("attachment; filename=\"{name}\"");
    if let Ok(disposition) = HeaderValue::try_from(disposition) {
        headers.insert(header::CONTENT_DISPOSITION, disposition);
    }
    response
}
