//! The log that administrators read in the Event Viewer, under "Application".

use std::io;
use std::ptr::{null, null_mut};

use windows_sys::Win32::System::EventLog::{
    DeregisterEventSource, EVENTLOG_ERROR_TYPE, EVENTLOG_INFORMATION_TYPE, EVENTLOG_WARNING_TYPE,
    RegisterEventSourceW, ReportEventW,
};

/// The number of every event. Those from 1 to 1000 are one text each in Windows's own `EventCreate.exe`, which the
/// registry names for the source: so no library of texts is needed.
const NUMBER: u32 = 1;

/// UTF-16 units of a text at the most; Windows takes 31,839.
const LONGEST: usize = 30_000;

/// How bad an event is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Severity {
    /// Something does not work.
    Error,
    /// Something may not work soon.
    Warning,
    /// Something happened.
    Information,
}

/// Reports an event by the name of its source. One that is too long is cut.
///
/// # Errors
///
/// What the system says.
pub fn report(source: &str, severity: Severity, text: &str) -> io::Result<()> {
    let source = wide(source);
    let text = wide(text);
    let severity = match severity {
        Severity::Error => EVENTLOG_ERROR_TYPE,
        Severity::Warning => EVENTLOG_WARNING_TYPE,
        Severity::Information => EVENTLOG_INFORMATION_TYPE,
    };
    let texts = [text.as_ptr()];
    // SAFETY: the name ends with a zero and lives to the end of this function; without a machine it is this one.
    #[expect(unsafe_code, reason = "Windows's own call")]
    let log = unsafe { RegisterEventSourceW(null(), source.as_ptr()) };
    if log.is_null() {
        return Err(io::Error::last_os_error());
    }
    // SAFETY: the handle is open; there is one text, which ends with a zero and lives to the end of this function; nobody's
    // identity and no data are named.
    #[expect(unsafe_code, reason = "Windows's own call")]
    let reported = unsafe {
        ReportEventW(
            log,
            severity,
            0,
            NUMBER,
            null_mut(),
            1,
            0,
            texts.as_ptr(),
            null(),
        )
    };
    let reported = match reported {
        0 => Err(io::Error::last_os_error()),
        _ => Ok(()),
    };
    // SAFETY: the handle is open, and nobody uses it after this.
    #[expect(unsafe_code, reason = "Windows's own call")]
    unsafe {
        DeregisterEventSource(log)
    };
    reported
}

/// A text as Windows takes it: in UTF-16 up to its first zero.
fn wide(text: &str) -> Vec<u16> {
    let units = text.encode_utf16().take_while(|unit| *unit != 0);
    units.take(LONGEST).chain([0]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_end_where_they_must() {
        assert_eq!(wide("ñ\0x"), [0xF1, 0]);
        assert_eq!(wide(&"x".repeat(LONGEST * 2)).len(), LONGEST + 1);
    }

    #[test]
    fn an_event_is_reported() {
        report("propenso", Severity::Information, "una prueba").unwrap();
    }
}
