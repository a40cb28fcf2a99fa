//! Routes, and what each needs of who asks: a type, so that a route that does not say it does not compile.
//!
//! ```
//! use propenso::http::route::{Lectura, Open, Route, Routes};
//! let routes = Routes::default()
//!     .with(Route::<Open>::get("/live", || async { "ok" }))
//!     .with(Route::<Lectura>::get("/models", || async { "none" }));
//! assert_eq!(routes.listed().count(), 2);
//! ```
//!
//! ```compile_fail
//! use propenso::http::route::{Route, Routes};
//! Routes::default().with(Route::get("/models", || async { "none" }));
//! ```
//!
//! ```compile_fail
//! use propenso::http::route::Routes;
//! Routes::default().with(axum::routing::get(|| async { "none" }));
//! ```

use std::marker::PhantomData;
use std::sync::Arc;

use axum::Router;
use axum::extract::{Request, State};
use axum::handler::Handler;
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::{self, MethodRouter};
use propenso_lifecycle::keys::Role;
use propenso_scoring::Language;

use super::problem::Problem;
use super::{App, encoding, language_of, pages, trace};
use crate::access::caller::Caller;
use crate::access::visit::Visit;
use crate::limits::in_flight::Counted;
use crate::limits::rate::Who;

/// What a route needs of who asks.
pub trait Need {
    /// The role; `None` lets everybody in.
    const ROLE: Option<Role>;
}

/// Lets everybody in, on purpose: it tells nothing of clients or models, and takes next to no work.
#[derive(Debug)]
pub struct Open;

impl Need for Open {
    const ROLE: Option<Role> = None;
}

macro_rules! needs {
    ($($role:ident),*) => {
        $(
            #[doc = concat!("Lets those in who have [`Role::", stringify!($role), "`].")]
            #[derive(Debug)]
            pub struct $role;

            impl Need for $role {
                const ROLE: Option<Role> = Some(Role::$role);
            }
        )*
    };
}

needs!(
    Puntuar,
    Carteras,
    Resultados,
    Lectura,
    Modelos,
    Metricas,
    Administracion
);

/// A method of a path, what answers it, and what it needs.
#[derive(Debug)]
pub struct Route<N> {
    method: &'static str,
    path: &'static str,
    handler: MethodRouter<Arc<App>>,
    is_uncompressed: bool,
    face: Face,
    need: PhantomData<N>,
}

/// Who asks a route.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Face {
    /// Programs, over HTTP.
    Http,
    /// Programs, over gRPC.
    Grpc,
    /// People.
    Page,
}

impl<N: Need> Route<N> {
    /// Answers `GET` and `HEAD`.
    pub fn get<H: Handler<T, Arc<App>>, T: 'static>(path: &'static str, handler: H) -> Self {
        Self::new("GET", path, routing::get(handler))
    }

    /// Answers `POST`.
    pub fn post<H: Handler<T, Arc<App>>, T: 'static>(path: &'static str, handler: H) -> Self {
        Self::new("POST", path, routing::post(handler))
    }

    /// Answers a method of gRPC, whose messages have lengths and compression of their own.
    pub fn grpc<H: Handler<T, Arc<App>>, T: 'static>(path: &'static str, handler: H) -> Self {
        let route = Self {
            face: Face::Grpc,
            ..Self::new("POST", path, routing::post(handler))
        };
        route.uncompressed()
    }

    /// Answers `DELETE`.
    pub fn delete<H: Handler<T, Arc<App>>, T: 'static>(path: &'static str, handler: H) -> Self {
        Self::new("DELETE", path, routing::delete(handler))
    }

    fn new(method: &'static str, path: &'static str, handler: MethodRouter<Arc<App>>) -> Self {
        Self {
            method,
            path,
            handler,
            is_uncompressed: false,
            face: Face::Http,
            need: PhantomData,
        }
    }

    /// Says that what it answers is never compressed: it is too little, or it is compressed already, or so much that others
    /// would wait.
    #[must_use]
    pub fn uncompressed(self) -> Self {
        Self {
            is_uncompressed: true,
            ..self
        }
    }

    /// Says that it is for people: its errors are pages, and who has no key yet is asked for one.
    #[must_use]
    pub fn page(self) -> Self {
        Self {
            face: Face::Page,
            ..self
        }
    }
}

/// A route as it is listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Listed {
    /// The method.
    pub method: &'static str,
    /// The path, with what varies in braces.
    pub path: &'static str,
    /// The role that it needs; `None` where everybody is let in.
    pub role: Option<Role>,
    /// Who asks it.
    pub face: Face,
}

/// All routes of a server.
#[derive(Debug, Default)]
pub struct Routes(Vec<Registered>);

/// A route that was added.
#[derive(Debug)]
struct Registered {
    listed: Listed,
    handler: MethodRouter<Arc<App>>,
    is_uncompressed: bool,
}

impl Routes {
    /// Adds one.
    #[must_use]
    pub fn with<N: Need>(mut self, route: Route<N>) -> Self {
        let listed = Listed {
            method: route.method,
            path: route.path,
            role: N::ROLE,
            face: route.face,
        };
        self.0.push(Registered {
            listed,
            handler: route.handler,
            is_uncompressed: route.is_uncompressed,
        });
        self
    }

    /// Goes through them.
    pub fn listed(&self) -> impl Iterator<Item = Listed> {
        self.0.iter().map(|route| route.listed)
    }

    /// Makes a router of them that lets in whom `app` lets in.
    pub(super) fn into_router(self, app: &Arc<App>) -> Router<Arc<App>> {
        let stall = app.limits.settings().connections.stall;
        let mut router = Router::new();
        for Registered {
            listed,
            handler,
            is_uncompressed,
        } in self.0
        {
            let handler = match (listed.method, listed.face) {
                ("POST", Face::Http | Face::Page) => encoding::with_bodies(handler, stall),
                _ => handler,
            };
            let handler = match is_uncompressed {
                true => handler,
                false => encoding::compressed(handler),
            };
            let handler = match listed.role {
                None => handler,
                Some(role) => {
                    handler.route_layer(from_fn_with_state((Arc::clone(app), role), guard))
                }
            };
            let handler = match listed.face {
                Face::Http | Face::Grpc => handler,
                Face::Page => handler.route_layer(from_fn_with_state(Arc::clone(app), pages::told)),
            };
            router = router.route(listed.path, handler);
        }
        router
    }
}

/// Counts a request for as long as what it gives is kept, if the caller does not ask for too much at a time.
pub(super) fn count(
    app: &App,
    caller: &Caller,
    language: impl Fn() -> Language,
) -> Result<Counted, Problem> {
    let address = || Who::Address(caller.peer.map(|peer| peer.0.ip()));
    let who = caller.principal.key().map_or_else(address, Who::Key);
    let rate = app.limits.rates.as_ref();
    rate.map_or(Ok(()), |rates| rates.take(who))
        .map_err(|wait| Problem::too_many_requests(wait, language()))?;
    let counted = app.limits.requests.enter();
    counted.map_err(|busy| Problem::busy_in(busy, language()))
}

/// Lets those pass who have a role and do not ask for too much at a time, and says who they are.
async fn guard(
    State((app, role)): State<(Arc<App>, Role)>,
    mut request: Request,
    next: Next,
) -> Response {
    let visit = Visit::of(&request);
    let peer = visit.peer;
    let principal = match app.access.admit(role, &visit) {
        Ok(principal) => principal,
        Err(denial) => return Problem::denied(denial, language_of(&request)).into_response(),
    };
    let caller = Caller { principal, peer };
    let _counted = match count(&app, &caller, || language_of(&request)) {
        Ok(counted) => counted,
        Err(problem) => return problem.into_response(),
    };
    // The log's line says who asked, where that has a name.
    let told = caller.principal.holder().is_some().then(|| caller.clone());
    request.extensions_mut().insert(caller);
    let mut response = next.run(request).await;
    if let Some(caller) = told.filter(|_| trace::is_logged(response.status())) {
        response.extensions_mut().insert(caller);
    }
    response
}
