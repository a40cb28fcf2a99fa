//! The service manager's list of services: one of them made, started, stopped, taken away.

use std::ffi::{OsStr, OsString};
use std::io;
use std::path::PathBuf;
use std::thread;
use std::time::{Duration, Instant};

use windows_service::service::{
    Service, ServiceAccess, ServiceAction, ServiceActionType, ServiceErrorControl,
    ServiceFailureActions, ServiceFailureResetPeriod, ServiceInfo, ServiceSidType,
    ServiceStartType, ServiceState, ServiceType,
};
use windows_service::service_manager::{ServiceManager, ServiceManagerAccess};

/// The account of a service that has few rights on this machine, and none on others.
const ACCOUNT: &str = r"NT AUTHORITY\LocalService";
/// How long after a crash a service is started again; the last counts for all that follow.
const RESTARTS: [Duration; 3] = [
    Duration::from_secs(2),
    Duration::from_secs(10),
    Duration::from_secs(60),
];
/// After this long without a crash the first counts again.
const FORGIVEN: Duration = Duration::from_secs(3600);
/// How often it is looked whether a service is where it was asked to be.
const LOOK: Duration = Duration::from_millis(200);

/// The service of that name does not exist.
const NO_SERVICE: i32 = 1060;
/// It runs already.
const RUNS_ALREADY: i32 = 1056;
/// This property of a service is not known.
const UNKNOWN_LEVEL: i32 = 124;
/// It does not run.
const DOES_NOT_RUN: i32 = 1062;

/// A service as it is to be.
#[derive(Debug, Clone)]
pub struct Definition {
    /// Its name in the list.
    pub name: &'static str,
    /// What people read.
    pub title: &'static str,
    /// What it does, in a sentence.
    pub description: &'static str,
    /// The program, by its whole path.
    pub program: PathBuf,
    /// What it is started with.
    pub arguments: Vec<OsString>,
}

/// How a service is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Condition {
    /// It does not run.
    Stopped,
    /// It is on its way to another.
    Between,
    /// It works, as the process of this number.
    Running(u32),
}

/// Tells whether this process may change the list.
#[must_use]
pub fn may_change() -> bool {
    manager(ServiceManagerAccess::CREATE_SERVICE).is_ok()
}

/// Makes a service, or brings it to this definition: it starts with the machine and after a crash, under an account with few rights and an
/// identity of its own, which folders can be opened to.
///
/// # Errors
///
/// What the system says.
pub fn install(definition: &Definition) -> io::Result<()> {
    let manager = manager(ServiceManagerAccess::CONNECT | ServiceManagerAccess::CREATE_SERVICE)?;
    let info = ServiceInfo {
        name: definition.name.into(),
        display_name: definition.title.into(),
        service_type: ServiceType::OWN_PROCESS,
        start_type: ServiceStartType::AutoStart,
        error_control: ServiceErrorControl::Normal,
        executable_path: definition.program.clone(),
        launch_arguments: definition.arguments.clone(),
        dependencies: Vec::new(),
        account_name: Some(ACCOUNT.into()),
        account_password: None,
    };
    // To be started again after a crash it has to be allowed to start.
    let access = ServiceAccess::CHANGE_CONFIG | ServiceAccess::START;
    let service = match manager
        .open_service(definition.name, access)
        .map_err(io_error)
    {
        Ok(service) => {
            service.change_config(&info).map_err(io_error)?;
            service
        }
        Err(error) if error.raw_os_error() == Some(NO_SERVICE) => {
            manager.create_service(&info, access).map_err(io_error)?
        }
        Err(error) => return Err(error),
    };
    service
        .set_description(definition.description)
        .map_err(io_error)?;
    where_known(service.set_config_service_sid_info(ServiceSidType::Unrestricted))?;
    let restart = |delay| ServiceAction {
        action_type: ServiceActionType::Restart,
        delay,
    };
    let restarts = ServiceFailureActions {
        reset_period: ServiceFailureResetPeriod::After(FORGIVEN),
        reboot_msg: None,
        command: None,
        actions: Some(RESTARTS.into_iter().map(restart).collect()),
    };
    where_known(service.update_failure_actions(restarts))?;
    // Nor does it stay down when it ends by itself with an error.
    where_known(service.set_failure_actions_on_non_crash_failures(true))
}

/// Leaves aside what every Windows knows, and systems that stand in for it do not.
fn where_known(set: windows_service::Result<()>) -> io::Result<()> {
    match set.map_err(io_error) {
        Err(error) if error.raw_os_error() == Some(UNKNOWN_LEVEL) => Ok(()),
        set => set,
    }
}

/// Starts a service, waits until it works or has ended, but no longer than that, and tells how it is. One that runs goes on.
///
/// # Errors
///
/// What the system says.
pub fn start(name: &str, patience: Duration) -> io::Result<Condition> {
    let service = open(name, ServiceAccess::START | ServiceAccess::QUERY_STATUS)?;
    match service.start::<&OsStr>(&[]).map_err(io_error) {
        Err(error) if error.raw_os_error() != Some(RUNS_ALREADY) => return Err(error),
        _ => {}
    }
    wait(&service, patience)
}

/// Stops a service, waits until it has, but no longer than that, and tells how it is. One that does not run is no error.
///
/// # Errors
///
/// What the system says.
pub fn stop(name: &str, patience: Duration) -> io::Result<Condition> {
    let service = open(name, ServiceAccess::STOP | ServiceAccess::QUERY_STATUS)?;
    // One that starts cannot be told yet.
    wait(&service, patience)?;
    match service.stop().map_err(io_error) {
        Err(error) if error.raw_os_error() != Some(DOES_NOT_RUN) => return Err(error),
        _ => {}
    }
    wait(&service, patience)
}

/// Tells how a service is; `None` where there is none of that name.
///
/// # Errors
///
/// What the system says.
pub fn condition(name: &str) -> io::Result<Option<Condition>> {
    match open(name, ServiceAccess::QUERY_STATUS) {
        Ok(service) => look(&service).map(Some),
        Err(error) if error.raw_os_error() == Some(NO_SERVICE) => Ok(None),
        Err(error) => Err(error),
    }
}

/// Takes a service off the list. One that is not there is no error.
///
/// # Errors
///
/// What the system says.
pub fn uninstall(name: &str) -> io::Result<()> {
    match open(name, ServiceAccess::DELETE) {
        Ok(service) => service.delete().map_err(io_error),
        Err(error) if error.raw_os_error() == Some(NO_SERVICE) => Ok(()),
        Err(error) => Err(error),
    }
}

fn manager(access: ServiceManagerAccess) -> io::Result<ServiceManager> {
    ServiceManager::local_computer(None::<&OsStr>, access).map_err(io_error)
}

fn open(name: &str, access: ServiceAccess) -> io::Result<Service> {
    let manager = manager(ServiceManagerAccess::CONNECT)?;
    manager.open_service(name, access).map_err(io_error)
}

fn look(service: &Service) -> io::Result<Condition> {
    let status = service.query_status().map_err(io_error)?;
    Ok(match status.current_state {
        ServiceState::Stopped => Condition::Stopped,
        ServiceState::Running => Condition::Running(status.process_id.unwrap_or_default()),
        _ => Condition::Between,
    })
}

/// Waits while a service is on its way.
fn wait(service: &Service, patience: Duration) -> io::Result<Condition> {
    let asked = Instant::now();
    loop {
        let condition = look(service)?;
        if condition != Condition::Between || asked.elapsed() > patience {
            return Ok(condition);
        }
        thread::sleep(LOOK);
    }
}

/// What the system said, of an error that wraps it.
pub(crate) fn io_error(error: windows_service::Error) -> io::Error {
    match error {
        windows_service::Error::Winapi(error) => error,
        error => io::Error::other(error.to_string()),
    }
}
