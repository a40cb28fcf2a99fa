//! This process as a service: started, told to stop, and asked how it is by the service manager.

use std::ffi::OsString;
use std::io;
use std::panic;
use std::sync::OnceLock;
use std::time::Duration;

use windows_service::service::{
    ServiceControl, ServiceControlAccept, ServiceExitCode, ServiceState, ServiceStatus, ServiceType,
};
use windows_service::service_control_handler::{
    self, ServiceControlHandlerResult, ServiceStatusHandle,
};
use windows_service::service_dispatcher;

use crate::services::io_error;

/// What a service does.
pub struct Service {
    /// Its name in the service manager's list.
    pub name: &'static str,
    /// Works until it is asked to stop; gives the exit status, 0 where all was well.
    pub run: Box<dyn Fn() -> u32 + Send + Sync>,
    /// Asks it to stop, and does not wait. It is called on a thread of the system's.
    pub stop: fn(),
}

/// How the service is. It lasts no longer than that: the service manager takes it for hung then.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// It starts.
    Starting(Duration),
    /// It works.
    Running,
    /// It stops.
    Stopping(Duration),
    /// It has ended, with this status. Any but 0 counts as a crash.
    Stopped(u32),
}

/// How long a start may take: a large model on a slow disk.
const START: Duration = Duration::from_secs(120);

/// How long it may take to stop, before the service says how long it takes.
const STOP: Duration = Duration::from_secs(30);

static SERVICE: OnceLock<Service> = OnceLock::new();
static STATUS: OnceLock<ServiceStatusHandle> = OnceLock::new();

/// Works as a service until it has stopped. To be called once, by a process that the service manager started.
///
/// # Errors
///
/// What the system says: above all, that no service manager started this process.
pub fn run(service: Service) -> io::Result<()> {
    let name = service.name;
    if SERVICE.set(service).is_err() {
        return Err(io::ErrorKind::AlreadyExists.into());
    }
    service_dispatcher::start(name, entry::ENTER).map_err(io_error)
}

/// Tells the service manager how the service is. In a process that is no service nothing happens.
pub fn tell(state: State) {
    let Some(status) = STATUS.get() else {
        return;
    };
    let (current_state, wait_hint, exit_code) = match state {
        State::Starting(wait) => (ServiceState::StartPending, wait, 0),
        State::Running => (ServiceState::Running, Duration::ZERO, 0),
        State::Stopping(wait) => (ServiceState::StopPending, wait, 0),
        State::Stopped(code) => (ServiceState::Stopped, Duration::ZERO, code),
    };
    let controls_accepted = match state {
        State::Running => ServiceControlAccept::STOP | ServiceControlAccept::SHUTDOWN,
        State::Starting(_) | State::Stopping(_) | State::Stopped(_) => {
            ServiceControlAccept::empty()
        }
    };
    let exit_code = match exit_code {
        0 => ServiceExitCode::NO_ERROR,
        code => ServiceExitCode::ServiceSpecific(code),
    };
    // Nobody could be told that it cannot be told.
    let _ = status.set_service_status(ServiceStatus {
        service_type: ServiceType::OWN_PROCESS,
        current_state,
        controls_accepted,
        exit_code,
        checkpoint: 0,
        wait_hint,
        process_id: None,
    });
}

/// Tells whether this process is a service.
#[must_use]
pub fn is_service() -> bool {
    STATUS.get().is_some()
}

// What the service manager calls, which reads its arguments from raw memory: the macro's own.
mod entry {
    use super::serve;
    windows_service::define_windows_service!(enter_service, serve);

    /// What the service manager calls.
    pub(super) const ENTER: extern "system" fn(u32, *mut *mut u16) = enter_service;
}

fn serve(_: Vec<OsString>) {
    let Some(service) = SERVICE.get() else {
        return;
    };
    let control = |control| match control {
        ServiceControl::Stop | ServiceControl::Shutdown => {
            // Before this returns: whoever asked looks then.
            tell(State::Stopping(STOP));
            (service.stop)();
            ServiceControlHandlerResult::NoError
        }
        ServiceControl::Interrogate => ServiceControlHandlerResult::NoError,
        _ => ServiceControlHandlerResult::NotImplemented,
    };
    let Ok(status) = service_control_handler::register(service.name, control) else {
        return;
    };
    if STATUS.set(status).is_err() {
        return;
    }
    tell(State::Starting(START));
    let ended = panic::catch_unwind(panic::AssertUnwindSafe(|| (service.run)()));
    tell(State::Stopped(ended.unwrap_or(1)));
}
