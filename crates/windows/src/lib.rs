//! What only Windows has and the server needs, behind functions that cannot be misused. On other systems nothing is here.
//!
//! - `running`: this process as a service, started by the service manager
//! - `services`: the service manager's list: a service made, started, stopped, taken away
//! - `event_log`: what administrators read in the Event Viewer
//! - `question`: something asked of whoever sits at the machine
#![cfg(windows)]

pub mod event_log;
pub mod question;
pub mod running;
pub mod services;
