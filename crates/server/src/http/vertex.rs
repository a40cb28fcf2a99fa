//! Vertex AI's container: `{"instances": […]}` in, `{"predictions": […]}` out, on the paths that it names in its environment.

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::Method as HttpMethod;
use axum::http::uri::{PathAndQuery, Uri};
use axum::middleware::map_request_with_state;
use axum::response::Response;
use tower::ServiceBuilder;

use super::envelope::{Envelope, Opener, answer as answer_envelope};
use super::instances_request::read;
use super::problem::Problem;
use super::{App, Asker};
use crate::settings::platform::PlatformRoutes;

/// What scoring is asked by, whatever the platform calls it.
pub const PREDICT: &str = "/vertex/predict";

/// What health is asked by, whatever the platform calls it.
pub const HEALTH: &str = "/vertex/health";

const ENVELOPE: Envelope = Envelope {
    route: PREDICT,
    open: Opener::Text(read),
    takes_longer: false,
};

/// Answers all clients, or refuses the request.
///
/// # Errors
///
/// 400 for a body of another shape, and as `/v1/predict`.
pub async fn answer(
    State(app): State<Arc<App>>,
    asker: Asker,
    request: Body,
) -> Result<Response, Problem> {
    answer_envelope(&app, &asker, request, ENVELOPE).await
}

/// Lets a router be asked by a platform's own paths too, whatever they are.
pub(super) fn with_routes(router: Router, routes: Arc<PlatformRoutes>) -> Router {
    let service = ServiceBuilder::new()
        .layer(map_request_with_state(routes, lead))
        .service(router);
    Router::new().fallback_service(service)
}

/// Leads a request to the platform's path to the route that answers it.
async fn lead(State(routes): State<Arc<PlatformRoutes>>, mut request: Request) -> Request {
    let is_path = |path: &Option<String>| path.as_deref() == Some(request.uri().path());
    let target = match *request.method() {
        HttpMethod::POST if is_path(&routes.predict) => PREDICT,
        HttpMethod::GET | HttpMethod::HEAD if is_path(&routes.health) => HEALTH,
        _ => return request,
    };
    let mut parts = request.uri().clone().into_parts();
    parts.path_and_query = Some(PathAndQuery::from_static(target));
    if let Ok(uri) = Uri::from_parts(parts) {
        *request.uri_mut() = uri;
    }
    request
}
